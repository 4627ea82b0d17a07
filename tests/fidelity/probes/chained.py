def low():
    raise KeyError("low")


try:
    low()
except KeyError as error:
    raise ValueError("high\nwith two lines") from error
