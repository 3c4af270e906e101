"""The ops: each file here declares one, and is named as the op's files in C are."""
