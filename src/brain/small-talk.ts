import type { Answer } from "../chat.ts";

/** What is said in a language without asking for anything, and what Hearth says to it. Phrases are in lower case, without signs. */
interface SmallTalk {
  readonly greetings: readonly string[];
  readonly thanks: readonly string[];
  /** Asks who Hearth is, and what it can do. */
  readonly about: readonly string[];
  readonly hello: string;
  readonly welcome: string;
  readonly self: string;
}

const LANGUAGES: readonly SmallTalk[] = [
  {
    greetings:
      `hi|hello|hey|hiya|howdy|yo|good morning|morning|good afternoon|good evening|good day|greetings|hi there|hello there|hey there|how are you|how are you doing|whats up|what s up|sup`.split(
        "|",
      ),
    thanks:
      `thanks|thank you|thx|ty|cheers|thanks a lot|thank you so much|thank you very much|many thanks|much appreciated|great thanks|perfect|great|awesome|nice|cool|ok|okay|got it|bye|goodbye|see you|good night|good bot`.split(
        "|",
      ),
    about:
      `help|help me|who are you|what are you|what is this|what can you do|what do you do|what can i ask|what can i ask you|how do you work|how does this work|how can you help|how can you help me|what can you help me with|what do you know|are you a bot|are you human|introduce yourself`.split(
        "|",
      ),
    hello: "Hello! Ask me something about your documents.",
    welcome: "You are welcome.",
    self: "I am Hearth. I answer questions from your team's own documents: I show the sentences that answer, and where they stand. What is not written there I do not know, and then I say so.",
  },
  {
    greetings:
      `hallo|hi|hey|moin|servus|grüß gott|guten morgen|guten tag|guten abend|morgen|wie geht s|wie geht es dir|wie gehts`.split(
        "|",
      ),
    thanks:
      `danke|danke schön|dankeschön|vielen dank|besten dank|danke dir|tschüss|auf wiedersehen|super|alles klar`.split(
        "|",
      ),
    about:
      `hilfe|hilf mir|wer bist du|was bist du|was ist das|was kannst du|was machst du|was kann ich fragen|wie funktioniert das|bist du ein bot`.split(
        "|",
      ),
    hello: "Hallo! Frag mich etwas zu euren Dokumenten.",
    welcome: "Gern geschehen.",
    self: "Ich bin Hearth. Ich beantworte Fragen aus den Dokumenten eures Teams: Ich zeige die Sätze, die antworten, und wo sie stehen. Was dort nicht steht, weiß ich nicht, und dann sage ich das.",
  },
  {
    greetings: `bonjour|salut|bonsoir|coucou|ça va|comment ça va|comment vas tu`.split("|"),
    thanks: `merci|merci beaucoup|merci bien|un grand merci|au revoir|super merci|parfait`.split("|"),
    about:
      `aide|aide moi|à l aide|qui es tu|qui êtes vous|que peux tu faire|que sais tu faire|que pouvez vous faire|comment ça marche`.split(
        "|",
      ),
    hello: "Bonjour ! Posez-moi une question sur vos documents.",
    welcome: "Je vous en prie.",
    self: "Je suis Hearth. Je réponds aux questions à partir des documents de votre équipe : je montre les phrases qui répondent, et où elles se trouvent. Ce qui n'y est pas écrit, je ne le sais pas, et je le dis.",
  },
  {
    greetings: `hola|buenos días|buenas tardes|buenas noches|buenas|qué tal|cómo estás`.split("|"),
    thanks: `gracias|muchas gracias|mil gracias|adiós|perfecto`.split("|"),
    about:
      `ayuda|ayúdame|quién eres|qué eres|qué puedes hacer|qué haces|qué sabes hacer|cómo funciona|cómo funcionas`.split(
        "|",
      ),
    hello: "¡Hola! Pregúntame algo sobre vuestros documentos.",
    welcome: "De nada.",
    self: "Soy Hearth. Respondo preguntas con los documentos de tu equipo: muestro las frases que responden y dónde están. Lo que no está escrito allí no lo sé, y entonces lo digo.",
  },
  {
    greetings: `ciao|buongiorno|buonasera|salve|come stai|come va`.split("|"),
    thanks: `grazie|grazie mille|molte grazie|arrivederci|perfetto`.split("|"),
    about:
      `aiuto|aiutami|chi sei|cosa sei|cosa puoi fare|che cosa puoi fare|cosa sai fare|come funziona|come funzioni`.split(
        "|",
      ),
    hello: "Ciao! Chiedimi qualcosa sui vostri documenti.",
    welcome: "Prego.",
    self: "Sono Hearth. Rispondo alle domande con i documenti del tuo team: mostro le frasi che rispondono e dove si trovano. Ciò che non vi è scritto non lo so, e allora lo dico.",
  },
  {
    greetings: `olá|oi|bom dia|boa tarde|boa noite|tudo bem`.split("|"),
    thanks: `obrigado|obrigada|muito obrigado|muito obrigada|valeu|tchau`.split("|"),
    about:
      `ajuda|me ajuda|quem é você|quem és tu|o que você faz|o que você pode fazer|o que podes fazer|como funciona`.split(
        "|",
      ),
    hello: "Olá! Pergunte-me algo sobre os seus documentos.",
    welcome: "De nada.",
    self: "Sou o Hearth. Respondo a perguntas com os documentos da sua equipe: mostro as frases que respondem e onde estão. O que não está escrito lá eu não sei, e então digo.",
  },
  {
    greetings: `hoi|goedemorgen|goedemiddag|goedenavond|goedendag|hoe gaat het|hoe gaat ie`.split("|"),
    thanks: `dank je|dank je wel|dankjewel|dank u|bedankt|tot ziens`.split("|"),
    about: `help|wie ben je|wat ben je|wat kun je|wat kan je|wat doe je|hoe werkt dit|hoe werkt het`.split("|"),
    hello: "Hallo! Vraag me iets over jullie documenten.",
    welcome: "Graag gedaan.",
    self: "Ik ben Hearth. Ik beantwoord vragen uit de documenten van je team: ik laat de zinnen zien die antwoorden, en waar ze staan. Wat daar niet staat, weet ik niet, en dan zeg ik dat.",
  },
];

/** Said to Hearth, or around small talk, and never by itself. */
const ASIDES = new Set(["hearth", "bot", "there", "everyone", "all", "please", "and", "team", "again", "so", "und"]);

/** What Hearth says to a greeting, to thanks, or to being asked what it is; undefined for anything else. Needs no model. Pure. */
export function smallTalk(text: string): Extract<Answer, { kind: "plain" }> | undefined {
  const words =
    text
      .toLowerCase()
      .normalize("NFC")
      .match(/[\p{L}\p{N}\p{M}]+/gu) ?? [];
  if (words.length === 0 || words.length > 16) return undefined;
  for (const language of LANGUAGES) {
    const said = recognised(words, language);
    if (said) return { kind: "plain", text: language[said] };
  }
  return undefined;
}

/** What all of the words together say in a language: of several things the one that asks for most. */
function recognised(words: readonly string[], language: SmallTalk): "self" | "welcome" | "hello" | undefined {
  const kinds = new Set<"self" | "welcome" | "hello">();
  let from = 0;
  while (from < words.length) {
    const found = phraseAt(words, from, language);
    if (found) kinds.add(found.says);
    else if (!ASIDES.has(words[from] ?? "")) return undefined;
    from += found?.length ?? 1;
  }
  return (["self", "welcome", "hello"] as const).find((kind) => kinds.has(kind));
}

/** The longest phrase that begins at a word. */
function phraseAt(words: readonly string[], from: number, { greetings, thanks, about }: SmallTalk) {
  const phrases = [
    ...about.map((phrase) => ({ phrase, says: "self" as const })),
    ...thanks.map((phrase) => ({ phrase, says: "welcome" as const })),
    ...greetings.map((phrase) => ({ phrase, says: "hello" as const })),
  ];
  return phrases
    .map(({ phrase, says }) => ({ says, parts: phrase.split(" ") }))
    .filter(({ parts }) => parts.every((part, place) => words[from + place] === part))
    .map(({ says, parts }) => ({ says, length: parts.length }))
    .reduce<{ readonly says: "self" | "welcome" | "hello"; readonly length: number } | undefined>(
      (best, one) => (best && best.length >= one.length ? best : one),
      undefined,
    );
}
