"""What the loads share. A load knows nothing but HARDHULL_HOST and HARDHULL_PORT_n, and judges every reply."""
