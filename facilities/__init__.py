if __name__ != "tom_alerce_like.facilities":
    raise ImportError(f"import tom_alerce_like.facilities, not {__name__}: a second import would make second classes")
