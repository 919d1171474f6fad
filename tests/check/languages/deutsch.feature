# language: de
Funktionalität: Was ohne Lauf zu finden ist
  @need:clock
  Szenario: Falsche Namen
    Angenommen a user alice
    Wenn alicia lists berichte
    Dann it is denied
    Und access is:
      | who   | action | resource | verdict |
      | alice | s3:Foo | *        | denied  |

  Szenario: Ohne Prüfung
    Angenommen main-user

  Szenario: Ein Schritt, den es nicht gibt
    Angenommen main-user
    Dann upload suceeds
