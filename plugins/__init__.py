if __name__ != "tom_alerce_like.plugins":
    raise ImportError(f"import tom_alerce_like.plugins, not {__name__}: a second import would make second classes")
