# Tous les messages.
greeting = Bonjour { $name },
link-copy = Ou copiez cette adresse dans votre navigateur :
date = { $day ->
    [1] 1er
   *[other] { $day }
} { $month ->
    [1] janvier
    [2] février
    [3] mars
    [4] avril
    [5] mai
    [6] juin
    [7] juillet
    [8] août
    [9] septembre
    [10] octobre
    [11] novembre
   *[other] décembre
} { $year } à { $time } UTC
fact-when = Quand :
fact-address = Depuis l'adresse :
fact-device = Appareil :

# Une invitation.
invitation-subject = { $inviter } vous invite à rejoindre { $product }
invitation-opening = { $inviter } vous invite à rejoindre le back-office « { $product } ».
invitation-back-office = Back-office :
invitation-roles = { $count ->
    [one] Votre rôle :
   *[other] Vos rôles :
}
invitation-link = Pour commencer, créez votre mot de passe :
invitation-button = Créer votre mot de passe
invitation-ends = Le lien fonctionne une seule fois, pendant { $duration } : jusqu'au { $end }. Ensuite, demandez-en un nouveau à { $inviter }.
invitation-ignore = Si vous n'attendiez pas cette invitation, ignorez ce message : sans mot de passe, personne ne peut utiliser le compte.

# Un lien vers un nouveau mot de passe.
reset-subject = Choisissez un nouveau mot de passe pour { $product }
reset-opening = Quelqu'un, sans doute vous, a demandé un nouveau mot de passe pour votre compte « { $product } ».
reset-link = Pour choisir un nouveau mot de passe, suivez ce lien :
reset-button = Choisir un nouveau mot de passe
reset-ends = Le lien fonctionne une seule fois, pendant { $duration } : jusqu'au { $end }.
reset-ignore = Si ce n'était pas vous, ignorez ce message : il ne se passera rien, et votre mot de passe reste le même.

# Le mot de passe a été changé.
changed-subject = Votre mot de passe pour { $product } a été changé
changed-opening = Le mot de passe de votre compte « { $product } » a été changé.
changed-mine = Si c'était vous, il n'y a rien à faire.
changed-other = Si ce n'était pas vous, prévenez tout de suite votre administrateur, et choisissez un nouveau mot de passe avec « Mot de passe oublié ? » sur la page de connexion.

# Une connexion depuis un appareil inconnu.
device-subject = Nouvelle connexion à { $product }
device-opening = Quelqu'un s'est connecté à votre compte « { $product } » depuis un appareil que nous n'avions jamais vu.
device-mine = Si c'était vous, il n'y a rien à faire.
device-other = Si ce n'était pas vous, changez tout de suite votre mot de passe, fermez la session dans « Vos sessions », et prévenez votre administrateur.

# Un essai.
test-subject = Message d'essai de { $product }
test-opening = Ceci est un essai : « { $product } » peut vous envoyer des messages.
test-closing = Il n'y a rien à faire.
