### Alles, was das Board sagt, auf Deutsch. Wer hier steht, wird geduzt.
###
### Complete.

language-name = Deutsch

ago = { $unit ->
    [minutes] { $number } min
    [hours] { $number } Std
    [days] { $number ->
        [one] { $number } Tag
       *[other] { $number } Tage
    }
   *[now] jetzt
}
when = { $unit ->
    [minutes] vor { $number } min
    [hours] vor { $number } Std
    [days] vor { $number ->
        [one] { $number } Tag
       *[other] { $number } Tagen
    }
   *[now] gerade eben
}
when-on = am { $date }
wait = { $unit ->
    [minutes] { $number ->
        [one] einer Minute
       *[other] { $number } Minuten
    }
   *[seconds] { $number ->
        [one] einer Sekunde
       *[other] { $number } Sekunden
    }
}

login-welcome =
    Willkommen bei { $board }!
    Online: { $online }. Letzter Anruf: { $last }.
login-handle = Handle{ $doors ->
    [both] , |15NEW|07 für neu, |15GUEST|07 als Gast
    [new] , |15NEW|07 für neu
    [guest] , |15GUEST|07 als Gast
   *[neither] { "" }
}{ $words ->
    [yes] , |15WORDS|07 ohne Grafik
   *[no] { "" }
}:
login-handle-narrow = Handle{ $doors ->
    [both] , |15NEW|07 für neu, |15GUEST|07
    [new] , |15NEW|07 für neu
    [guest] , |15GUEST|07
   *[neither] { "" }
}{ $words ->
    [yes] , |15WORDS|07
   *[no] { "" }
}:
login-password = Passwort:
login-nobody = Niemand da? Dann legen wir auf.
login-closed-new = Zurzeit nehmen wir keine neuen Anrufer auf.
login-closed-guests = Zurzeit lassen wir keine Gäste herein.
login-words = Ab jetzt nur noch Text. Soll es so bleiben, stell es im Hauptmenü unter Einstellungen ein.
login-three-times = Das war der dritte Versuch. Ruf später noch mal an.
login-no-records = Wir kommen gerade nicht an unsere Daten. Ruf bitte gleich noch mal an.
login-wait-address = Zu viele falsche Passwörter von deiner Adresse. Ruf in { wait } wieder an.
login-wait-account = Zu viele falsche Passwörter für dieses Handle. Versuch es in { wait } noch mal.

greet-new = schön, dich kennenzulernen, { $handle }
greet-back = schön, dass du da bist, { $handle }
greet-guest = schau dich um
greet-title = während du weg warst
greet-call = Das ist Anruf { $number }.
greet-last-call = Das ist Anruf { $number }. Zuletzt warst du { $when } hier.
greet-guest-may-join = Gäste können lesen. Wer auch schreiben will, tippt bei der ersten Frage NEW.
greet-guest-reads = Gäste können lesen, aber nicht schreiben.
greet-messages = { $new ->
    [0] Nichts Neues in den Brettern.
    [one] { $new } neue Nachricht in den Brettern.
   *[other] { $new } neue Nachrichten in den Brettern.
}
greet-no-messages = Neue Nachrichten ließen sich gerade nicht abfragen.
greet-no-pages = Der Pager ließ sich gerade nicht abfragen.
greet-no-drafts = Angefangene Nachrichten ließen sich gerade nicht abfragen.
greet-draft = Noch nicht fertig: „{ $subject }“ in { $board }.
greet-draft-nowhere = Noch nicht fertig: „{ $subject }“. Das Brett dafür gibt es nicht mehr.

settings-language = Sprache
settings-language-help = in der das Board spricht
settings-language-about = In dieser Sprache spricht das Board. Was Anrufer schreiben, bleibt, wie sie es geschrieben haben.
settings-language-guessed = vermutet: { $name }

pager-message = { $author } schreibt in { $board }: „{ $subject }“
pager-page = { $from } piept dich an: { $text }
pager-broadcast = { $from } an alle: { $text }
pager-online = { $handle } ist online

log-message = { $author } hat „{ $subject }“ in { $board } geschrieben
log-page = { $from } hat { $to } angepiept
log-broadcast = { $from } an alle: { $text }
log-registered = { $handle } ist neu dabei
log-changed = { $user }: Konto geändert
log-banned = { $user } wurde gesperrt
log-banned-why = { $user } wurde gesperrt: { $reason }
log-online = { $handle } hat sich angemeldet, Anruf { $call }
log-offline = { $handle } hat aufgelegt, Anruf { $call }
log-friends = { $user } hat seine Freundesliste geändert
log-board = Brett { $board } wurde geändert
log-quote = { $symbol } steht jetzt bei { $price }
log-quotes = { $count ->
    [one] { $count } Kurs hat sich bewegt
   *[other] { $count } Kurse haben sich bewegt
}
log-order = { $user } hat { $shares } { $symbol } für { $price } { $side ->
    [sell] verkauft
   *[buy] gekauft
}
log-kicked = { $by } hat { $call } beendet: { $reason }
log-draining = { $instance } nimmt keine Anrufe mehr an
log-account = Konto { $id }
log-call = Anruf { $id }
log-call-of = Anruf { $id } ({ $caller })
log-instance = Instanz { $name }
log-nobody = noch niemand
