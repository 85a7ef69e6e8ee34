if __name__ != "tom_alerce_like.brokers":
    raise ImportError(f"import tom_alerce_like.brokers, not {__name__}: a second import would make second classes")
