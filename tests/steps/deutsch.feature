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
