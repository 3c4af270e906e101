"""What a converted network costs on a microcontroller, estimated before it is built."""
