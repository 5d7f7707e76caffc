"""What readers and networks report after sending: bounces, complaints, requests to leave."""
