"""What tensors are made of: element types, faces, and bits packed into planes."""
