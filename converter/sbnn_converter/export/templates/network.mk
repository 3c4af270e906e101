# include @name@.mk; then compile $(@name@_SOURCES) with $(@name@_CFLAGS). Of several networks,
# compile $(sort $(A_SOURCES) $(B_SOURCES)) with the flags of all: the kernels are the same.
@name@_DIR := $(dir $(lastword $(MAKEFILE_LIST)))
@name@_SOURCES := \
  @sources@
@name@_CFLAGS := -std=c99 -Os -ffp-contract=off -ffunction-sections -fdata-sections \
  -I$(@name@_DIR)@name@/src -I$(@name@_DIR)@kernels@/src
