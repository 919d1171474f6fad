# language: de
Funktionalität: Was nicht stimmt, wird auch hier gezeigt
  Grundlage:
    Angenommen a bucket berichte
    Und a user alice

  Szenario: Ohne Erlaubnis
    Dann alice can upload to berichte

  Szenario: Ein Schritt, den es nicht gibt
    Wenn alice lädt a.txt hoch
    Dann it is denied

  Szenario: Ein Schritt, der einem anderen gleicht
    Dann alice can uplod to berichte

  Szenario: Eine Ablehnung, die niemand erwartet
    Wenn alice lists berichte
    Dann alice has 1 access key

  Szenario: Nichts wird geprüft
    Wenn alice lists berichte

  Szenario: Niemand hat den Namen
    Dann alice can't assume revisor

  Szenario: Niemand handelt
    Dann upload succeeds
