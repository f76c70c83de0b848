### Everything the board says, in English.
###
### To reword a sentence, copy it alone into lang/en.ftl in your data directory and change it there: docs/languages.md.
###
### Above a message stands the place it's for:
###   # At most 38 columns.            the room it has, on one line
###   # At most 60 columns, 3 lines.   the same with more lines; without such a line it's wrapped to the screen
###   # $handle is 24 wide.            how wide a variable gets; one that isn't mentioned is a number, and counts as 6
###   # Pipe codes.                    |00 to |23 colour it; anywhere else they are text like any other
### Whatever else stands there is for translators. Blanks at the end of a message are dropped: the board adds the one
### behind a prompt.

## The language

# What the language calls itself, in the list to choose from.
# At most 14 columns.
# Not translated, but said: français, polski.
language-name = English

## Spans of time

# How long ago, in a column of a list.
# At most 10 columns.
# $number is 3 wide.
ago = { $unit ->
    [minutes] { $number } min
    [hours] { $number } h
    [days] { $number ->
        [one] { $number } day
       *[other] { $number } days
    }
   *[now] now
}

# How long ago, inside a sentence: "You last called 12 min ago."
when = { $unit ->
    [minutes] { $number } min ago
    [hours] { $number } h ago
    [days] { $number ->
        [one] { $number } day ago
       *[other] { $number } days ago
    }
   *[now] just now
}

# The same for a date.
when-on = on { $date }

# How long to wait, inside a sentence: "Try again in 12 seconds."
wait = { $unit ->
    [minutes] { $number ->
        [one] a minute
       *[other] { $number } minutes
    }
   *[seconds] { $number ->
        [one] a second
       *[other] { $number } seconds
    }
}

## At the door

# What a terminal without art gets instead of the welcome.
login-welcome =
    Welcome to { $board }!
    On line: { $online }. Last caller: { $last }.

# The first question. NEW, GUEST and WORDS are what callers type, in every language.
# $doors says what the sysop allows: both, new, guest, or neither. $words says whether there is art to do without.
# At most 60 columns.
# Pipe codes.
login-handle = Handle{ $doors ->
    [both] , |15NEW|07 to join, |15GUEST|07 to look around
    [new] , |15NEW|07 to join
    [guest] , |15GUEST|07 to look around
   *[neither] { "" }
}{ $words ->
    [yes] , |15WORDS|07 for no art
   *[no] { "" }
}:

# The same on a narrow screen.
# At most 37 columns.
# Pipe codes.
login-handle-narrow = Handle{ $doors ->
    [both] , |15NEW|07 to join, |15GUEST|07
    [new] , |15NEW|07 to join
    [guest] , |15GUEST|07
   *[neither] { "" }
}{ $words ->
    [yes] , |15WORDS|07
   *[no] { "" }
}:

# At most 37 columns.
# SyncTERM fills in a saved password only where it reads exactly this.
login-password = Password:

login-nobody = Anybody there? Hanging up now.
login-closed-new = We're not taking new callers right now.
login-closed-guests = We're not taking guests right now.
login-words = Plain text from here on. Settings in the main menu keeps it that way.
login-three-times = That's three tries. Please call back later.
login-no-records = We can't get to our records right now. Please call back in a moment.
login-wait-address = Too many wrong passwords from your address. Call back in { wait }.
login-wait-account = Too many wrong passwords for that handle. Try again in { wait }.

## Once the caller is in

# At most 60 columns.
# $handle is 24 wide.
greet-new = good to meet you, { $handle }
# At most 60 columns.
# $handle is 24 wide.
greet-back = good to hear from you, { $handle }
# At most 60 columns.
greet-guest = have a look around

# Over what is new since the last call.
# At most 30 columns.
greet-title = while you were away

greet-call = This is call { $number }.
greet-last-call = This is call { $number }. You last called { $when }.
greet-guest-may-join = Guests can read. To write as well, type NEW at the first question.
greet-guest-reads = Guests can read, but not write.
greet-messages = { $new ->
    [0] Nothing new on the boards.
    [one] { $new } new message on the boards.
   *[other] { $new } new messages on the boards.
}
greet-no-messages = Couldn't check for new messages just now.
greet-no-pages = Couldn't check for pages just now.
greet-no-drafts = Couldn't check for unfinished messages just now.
greet-draft = You didn't finish "{ $subject }" on { $board }.
greet-draft-nowhere = You didn't finish "{ $subject }". The board it was for is gone.

## Settings

# At most 13 columns.
settings-language = language
# At most 35 columns.
settings-language-help = what the board speaks
settings-language-about = What the board says, it says in this language. What callers write stays as they wrote it.
# At most 24 columns.
# $name is 14 wide.
settings-language-guessed = guessed: { $name }

## Events, as the pager tells a caller of them

# The pager's line is cut where the screen ends: what matters comes first.
pager-message = { $author } posted in { $board }: "{ $subject }"
pager-page = { $from } pages you: { $text }
pager-broadcast = { $from } to everybody: { $text }
pager-online = { $handle } is on line

## Events, as the sysop's log has them

log-message = { $author } posted "{ $subject }" in { $board }
log-page = { $from } paged { $to }
log-broadcast = { $from } told everybody: { $text }
log-registered = { $handle } joined the board
log-changed = { $user }: account changed
log-banned = { $user } was banned
log-banned-why = { $user } was banned: { $reason }
log-online = { $handle } logged in, call { $call }
log-offline = { $handle } hung up, call { $call }
log-friends = { $user } changed their friends
log-board = board { $board } was changed
log-quote = { $symbol } moved to { $price }
log-quotes = { $count ->
    [one] { $count } price moved
   *[other] { $count } prices moved
}
# $side is what they did: buy or sell.
log-order = { $user } { $side ->
    [sell] sold
   *[buy] bought
} { $shares } { $symbol } for { $price }
log-kicked = { $by } ended { $call }: { $reason }
log-draining = { $instance } takes no more calls

# What ids in the log are called where nobody knows a name.
log-account = account { $id }
log-call = call { $id }
log-call-of = call { $id } ({ $caller })
log-instance = instance { $name }
log-nobody = nobody yet
