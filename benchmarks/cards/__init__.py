"""What cards cost a whole Home Assistant: our camera and its own MJPEG camera, on one stream."""
