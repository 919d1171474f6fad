# language: de
Funktionalität: Schlüsselwörter in einer anderen Sprache
  Die Schritte heißen wie immer; was sie einleitet, ist deutsch.

  Grundlage:
    Angenommen a bucket berichte
    Und a user alice

  Szenario: Ohne Erlaubnis geht nichts
    Wenn alice uploads a.txt to berichte
    Dann it is denied because no policy allows it

  Szenariogrundriss: Mit <policy> kann alice lesen
    Angenommen the bucket berichte holds q1.txt
    Und alice has the managed policy <policy>
    Dann alice can download q1.txt from berichte

    Beispiele:
      | policy                 |
      | AmazonS3ReadOnlyAccess |
      | AmazonS3FullAccess     |
