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

# Le second facteur.
two-factor-added-subject = L'authentification à deux facteurs est activée : { $product }
two-factor-added-opening = L'authentification à deux facteurs a été ajoutée à votre compte de « { $product } ». Désormais, la connexion demande aussi un code.
two-factor-other = Si ce n'était pas vous, prévenez votre administrateur maintenant et choisissez un nouveau mot de passe avec « Mot de passe oublié ? » sur la page de connexion.
two-factor-removed-subject = L'authentification à deux facteurs est désactivée : { $product }
two-factor-removed-opening = Vous avez retiré l'authentification à deux facteurs de votre compte de « { $product } ».
two-factor-removed-by = { $by } a retiré l'authentification à deux facteurs de votre compte de « { $product } ».
two-factor-removed-closing = Désormais, le mot de passe suffit pour se connecter. Vous pouvez la rajouter depuis le menu de l'avatar. Si vous ne vous y attendiez pas, prévenez votre administrateur maintenant.
two-factor-removed-for-subject = Vous avez retiré l'authentification à deux facteurs de { $whose }
two-factor-removed-for-opening = Vous avez retiré l'authentification à deux facteurs du compte de { $whose } dans « { $product } ».
recovery-code-subject = Un code de secours a été utilisé : { $product }
recovery-code-opening = Quelqu'un s'est connecté à votre compte de « { $product } » avec un code de secours. { $left ->
    [0] Il n'en reste aucun.
    [one] Il en reste un.
   *[other] Il en reste { $left }.
}
recovery-code-closing = Si c'était vous : créez de nouveaux codes de secours avant d'utiliser le dernier.

recovery-codes-subject = Nouveaux codes de secours : { $product }
recovery-codes-opening = De nouveaux codes de secours ont été créés pour votre compte de « { $product } ». Les anciens ne fonctionnent plus.
wrong-codes-subject = Quelqu'un connaît votre mot de passe : { $product }
wrong-codes-opening = Quelqu'un a saisi votre mot de passe correct dans « { $product } », puis de mauvais codes. Cette personne n'est pas entrée.
wrong-codes-mine = Si c'était vous, vérifiez que l'horloge de votre téléphone est réglée automatiquement et réessayez plus tard.
wrong-codes-other = Si ce n'était pas vous, quelqu'un d'autre connaît votre mot de passe : choisissez-en un nouveau maintenant.

# Le back-office a déménagé.
alias-subject = Nouvelle adresse de { $product }
alias-opening = { $by } a changé l'adresse du back-office « { $product } ».
alias-old-is-dead = L'ancienne ne fonctionne plus.
alias-old-leads-on = Jusqu'au { $end }, l'ancienne redirige les personnes connectées vers la nouvelle. Ensuite, elle ne fonctionnera plus.
alias-link = Désormais, il se trouve ici :
alias-button = Ouvrir le back-office
alias-closing = Gardez cette adresse pour vous et modifiez votre favori.

# Ce que chacun peut faire.
roles-subject = Vos rôles ont été modifiés : { $product }
roles-opening = { $by } a modifié vos rôles dans le back-office « { $product } ».
roles-now = { $count ->
    [one] Votre rôle désormais :
   *[other] Vos rôles désormais :
}
roles-none = aucun
suspended-subject = Votre compte a été suspendu : { $product }
suspended-opening = Votre compte du back-office « { $product } » a été suspendu. Vous ne pouvez pas vous connecter tant qu'il n'est pas rétabli.
suspended-closing = Pour toute question, adressez-vous à votre administrateur.
