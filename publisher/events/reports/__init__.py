"""What mail servers and mailbox providers report: bounces, complaints, automatic replies."""
