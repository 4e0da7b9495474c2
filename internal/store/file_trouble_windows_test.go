package store

func saveInTrouble(string) {}
