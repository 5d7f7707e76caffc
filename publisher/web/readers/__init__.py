"""What readers do on the web: subscribe, confirm, choose, leave."""
