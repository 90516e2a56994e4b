//! The texts and their translations.

use super::Text;

pub(super) const EASY: [Text; 4] = [
    Text {
        english: "<name> lives in <town> and has <n> books.",
        translations: [
            "<name> wohnt in <town> und hat <n> Bücher.",
            "<name> habite à <town> et a <n> livres.",
            "<name> vive en <town> y tiene <n> libros.",
        ],
        words: &[("books", ["Bücher|Büchern", "livres", "libros"])],
        shows_words: false,
    },
    Text {
        english: "The train to <town> leaves in <n> minutes.",
        translations: [
            "Der Zug nach <town> fährt in <n> Minuten ab.",
            "Le train pour <town> part dans <n> minutes.",
            "El tren a <town> sale en <n> minutos.",
        ],
        words: &[("train", ["Zug", "train", "tren"]), ("minutes", ["Minuten", "minutes", "minutos"])],
        shows_words: false,
    },
    Text {
        english: "My friend <name> is <n> years old and works in a hospital.",
        translations: [
            "Mein Freund <name> ist <n> Jahre alt und arbeitet in einem Krankenhaus.",
            "Mon ami <name> a <n> ans et travaille dans un hôpital.",
            "Mi amigo <name> tiene <n> años y trabaja en un hospital.",
        ],
        words: &[
            ("years", ["Jahre", "ans", "años"]),
            ("hospital", ["Krankenhaus|Spital|Klinik|Hospital", "hôpital|l'hôpital", "hospital"]),
        ],
        shows_words: false,
    },
    Text {
        english: "We bought <n> chairs and a table for the house in <town>.",
        translations: [
            "Wir haben <n> Stühle und einen Tisch für das Haus in <town> gekauft.",
            "Nous avons acheté <n> chaises et une table pour la maison à <town>.",
            "Compramos <n> sillas y una mesa para la casa en <town>.",
        ],
        words: &[("chairs", ["Stühle", "chaises", "sillas"]), ("table", ["Tisch", "table", "mesa"]), ("house", ["Haus", "maison", "casa"])],
        shows_words: false,
    },
];

pub(super) const MEDIUM: [Text; 4] = [
    Text {
        english: "Dear {user}, your order <code> with <n> pieces will arrive before noon. If you are not at home, <name> <last> next door will take it.",
        translations: [
            "Liebe(r) {user}, Ihre Bestellung <code> mit <n> Teilen kommt vor Mittag an. Wenn Sie nicht zu Hause sind, nimmt <name> <last> von nebenan sie an.",
            "Cher {user}, votre commande <code> de <n> pièces arrivera avant midi. Si vous n'êtes pas chez vous, <name> <last>, à côté, la prendra.",
            "Estimado {user}: su pedido <code> de <n> piezas llegará antes del mediodía. Si no está en casa, <name> <last>, de al lado, lo recogerá.",
        ],
        words: &[("order", ["Bestellung|Auftrag", "commande", "pedido|orden"]), ("noon", ["Mittag|mittags", "midi", "mediodía"])],
        shows_words: false,
    },
    Text {
        english: "The meeting on {date} was moved: <n> people will meet in room <m>, and <name> brings the keys.",
        translations: [
            "Die Besprechung am {date} wurde verlegt: <n> Personen treffen sich in Raum <m>, und <name> bringt die Schlüssel mit.",
            "La réunion du {date} a été déplacée : <n> personnes se retrouveront dans la salle <m>, et <name> apporte les clés.",
            "La reunión del {date} se ha movido: <n> personas se reunirán en la sala <m>, y <name> trae las llaves.",
        ],
        words: &[
            ("meeting", ["Besprechung|Treffen|Sitzung|Termin|Meeting", "réunion|rencontre|rendez-vous", "reunión|encuentro|junta"]),
            ("keys", ["Schlüssel|Schlüsseln", "clés|clefs", "llaves"]),
            ("room", ["Raum|Zimmer|Saal", "salle|chambre|pièce|salon|bureau", "sala|habitación|salón|cuarto"]),
        ],
        shows_words: false,
    },
    Text {
        english: "%s has shared <n> pictures with you. The link is valid for <m> hours; after that, ask <name> for a new one.",
        translations: [
            "%s hat <n> Bilder mit dir geteilt. Der Link ist <m> Stunden gültig; danach frage <name> nach einem neuen.",
            "%s a partagé <n> photos avec vous. Le lien est valable <m> heures ; ensuite, demandez-en un nouveau à <name>.",
            "%s ha compartido <n> imágenes contigo. El enlace es válido durante <m> horas; después, pide uno nuevo a <name>.",
        ],
        words: &[
            ("pictures", ["Bilder|Fotos|Bildern", "photos|images|photographies", "imágenes|fotos|fotografías"]),
            ("hours", ["Stunden", "heures", "horas"]),
            ("new one", ["neuen|neue|neues|einen neuen", "nouveau|nouvelle|autre", "nuevo|nueva|otro"]),
        ],
        shows_words: false,
    },
    Text {
        english: "Please water the flowers every second day while we are in <town>. The neighbour, Mrs <last>, has <n> tomatoes for you.",
        translations: [
            "Bitte gieße die Blumen jeden zweiten Tag, während wir in <town> sind. Die Nachbarin, Frau <last>, hat <n> Tomaten für dich.",
            "Arrosez les fleurs tous les deux jours pendant que nous sommes à <town>, s'il vous plaît. La voisine, Mme <last>, a <n> tomates pour vous.",
            "Por favor, riega las flores cada dos días mientras estamos en <town>. La vecina, la señora <last>, tiene <n> tomates para ti.",
        ],
        words: &[
            ("flowers", ["Blumen", "fleurs", "flores"]),
            ("neighbour", ["Nachbarin|Nachbar", "voisine|voisin", "vecina|vecino"]),
            ("tomatoes", ["Tomaten", "tomates", "tomates"]),
        ],
        shows_words: false,
    },
];

pub(super) const HARD: [Text; 4] = [
    Text {
        english: "The file of the case was lost at the court in <town>. The lawyer, <name> <last>, asks for a copy of pages <n> to <m> and for <code>, which was never sent to {user}.",
        translations: [
            "Die Akte des Falls ging am Gericht in <town> verloren. Die Anwältin, <name> <last>, bittet um eine Kopie der Seiten <n> bis <m> und um <code>, das nie an {user} geschickt wurde.",
            "Le dossier de l'affaire a été perdu au tribunal de <town>. L'avocat, <name> <last>, demande une copie des pages <n> à <m> et <code>, qui n'a jamais été envoyé à {user}.",
            "El expediente del caso se perdió en el juzgado de <town>. El abogado, <name> <last>, pide una copia de las páginas <n> a <m> y <code>, que nunca se envió a {user}.",
        ],
        words: &[
            ("file", ["Akte", "dossier", "expediente"]),
            ("copy", ["Kopie", "copie", "copia"]),
            ("court", ["Gericht|Gerichts", "tribunal", "juzgado"]),
        ],
        shows_words: true,
    },
    Text {
        english: "Press “OK” to install {count} updates. Do not switch the device off: it restarts <n> times, which takes up to <m> minutes. If %s appears on the screen, call <name> <last>.",
        translations: [
            "Drücken Sie “OK”, um {count} Aktualisierungen zu installieren. Schalten Sie das Gerät nicht aus: Es startet <n> Mal neu, was bis zu <m> Minuten dauert. Wenn %s auf der Anzeige erscheint, rufen Sie <name> <last> an.",
            "Appuyez sur “OK” pour installer {count} mises à niveau. N'éteignez pas l'appareil : il redémarre <n> fois, ce qui prend jusqu'à <m> minutes. Si %s apparaît sur l'afficheur, appelez <name> <last>.",
            "Pulse “OK” para instalar {count} actualizaciones. No apague el dispositivo: se reinicia <n> veces, lo que tarda hasta <m> minutos. Si %s aparece en el visor, llame a <name> <last>.",
        ],
        words: &[
            ("updates", ["Aktualisierungen", "mises à niveau", "actualizaciones"]),
            ("device", ["Gerät", "appareil|l'appareil", "dispositivo"]),
            ("screen", ["Anzeige", "afficheur|l'afficheur", "visor"]),
        ],
        shows_words: true,
    },
    Text {
        english: "The tenant pays the rent of <m> euros a week in advance. Whoever gives notice after day <n> loses the deposit, unless {user} agrees in writing; see {link}.",
        translations: [
            "Der Mieter zahlt den Mietzins von <m> Euro pro Woche im Voraus. Wer nach Tag <n> kündigt, verliert die Kaution, außer wenn {user} schriftlich zustimmt; siehe {link}.",
            "Le locataire paie le loyer de <m> euros par semaine à l'avance. Quiconque donne son préavis après le jour <n> perd la caution, sauf si {user} accepte par écrit ; voir {link}.",
            "El inquilino paga la renta de <m> euros por semana por adelantado. Quien avise de su salida después del día <n> pierde la fianza, salvo que {user} lo acepte por escrito; véase {link}.",
        ],
        words: &[
            ("rent", ["Mietzins", "loyer", "renta"]),
            ("deposit", ["Kaution", "caution", "fianza"]),
            ("tenant", ["Mieter|Mieterin", "locataire", "inquilino|inquilina"]),
        ],
        shows_words: true,
    },
    Text {
        english: "Nobody told <name> that the bank had closed its branch in <town>. “<code>” stood on the door, and <n> people waited beside it until a clerk gave each of them {file} and <m> euros.",
        translations: [
            "Niemand hatte <name> gesagt, dass die Bank ihre Zweigstelle in <town> geschlossen hatte. „<code>“ stand an der Tür, und <n> Leute warteten daneben, bis ein Schalterbeamter jedem von ihnen {file} und <m> Euro gab.",
            "Personne n'avait dit à <name> que la banque avait fermé sa succursale à <town>. « <code> » était écrit sur la porte, et <n> personnes attendaient à côté, jusqu'à ce qu'un guichetier donne à chacune {file} et <m> euros.",
            "Nadie le dijo a <name> que el banco había cerrado su sucursal en <town>. “<code>” ponía en la puerta, y <n> personas esperaban al lado hasta que un cajero dio a cada una {file} y <m> euros.",
        ],
        words: &[
            ("branch", ["Zweigstelle", "succursale", "sucursal"]),
            ("clerk", ["Schalterbeamter|Schalterbeamte|Schalterbeamten", "guichetier|guichetière", "cajero|cajera"]),
            ("door", ["Tür", "porte", "puerta"]),
        ],
        shows_words: true,
    },
];
