"""Which features are associated with the endpoint, and with what error rate."""
