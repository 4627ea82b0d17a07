import pickle


class Thing:
    pass


text = pickle.dumps(Thing(), protocol=0)
print(text, type(pickle.loads(text)) is Thing, Thing.__module__)
