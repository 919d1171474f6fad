# language: de
@langsam
Funktionalität: Wer die Berichte liest
  Die Schlüsselwörter sind deutsch, die Schritte bleiben englisch.

  Grundlage:
    Angenommen a bucket berichte
    Und a user "Jürgen Groß"

  Szenario: Niemand ohne Recht
    Wenn "Jürgen Groß" lists berichte
    Dann it is denied

  Szenariogrundriss: <wer> liest nichts
    Dann <wer> can't list berichte

    Beispiele:
      | wer           |
      | "Jürgen Groß" |
      | anonymous     |
