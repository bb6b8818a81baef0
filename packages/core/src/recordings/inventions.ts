/**
 * What recognisers are known to write where nothing is said: they learned from subtitles of films and of YouTube.
 * Compared without case, punctuation and spaces at the ends; a whole sentence each.
 */

/** Nobody says these: credits of subtitles. They go wherever they stand. */
export const CREDITS: readonly RegExp[] = [
  /^(редактор )?субтитр(ы|ов|ы и перевод)? ?(сделал|делал|создавал|создал|подготовил|добавил|подогнал|предоставил|предоставлены|by|от|канала)?\b.*(dimatorzok|торзок|amara|симон|с[её]мкин|егоров[аy]?|корректор|закомолдин|кулаков)/,
  /^субтитры (сделал|делал|создавал|создал|подготовил|добавил|подогнал) ?.{0,40}$/,
  /^(редактор|корректор) субтитров ?.{0,60}$/,
  /^(редактор|корректор) ?[а-яё]\.? ?(с[её]мкин|егорова|закомолдина|кулакова|синецкая).{0,60}$/,
  /^subtitles? (by|created by|made by|provided by) ?.{0,60}$/,
  /^(sub|captions?|transcri(bed|ption)|translat(ed|ion)) by ?.{0,60}$/,
  /amara\.?org/,
  /^(www\.)?(zeoranger|opensubtitles|mooji)\S{0,20}$/,
];

/** People do say these, too: they go only where the sound does not bear them out. */
export const PHRASES: ReadonlySet<string> = new Set([
  // Russian
  'продолжение следует',
  'спасибо за просмотр',
  'спасибо за внимание',
  'спасибо за субтитры',
  'спасибо что смотрели',
  'спасибо за просмотр подписывайтесь на канал',
  'подписывайтесь на канал',
  'подписывайтесь на мой канал',
  'подписывайтесь на наш канал',
  'ставьте лайки и подписывайтесь на канал',
  'до новых встреч',
  'до свидания',
  'всем пока',
  'пока',
  'спасибо',
  'с вами был игорь негода',
  'девушки отдыхают',
  'смотрите продолжение в следующей серии',
  'музыка',
  'спокойная музыка',
  'динамичная музыка',
  'аплодисменты',
  'тишина',
  // Kazakh
  'жалғасы бар',
  'көргендеріңізге рахмет',
  'назарларыңызға рахмет',
  'рахмет',
  'сау болыңыз',
  // English
  'thanks for watching',
  'thank you for watching',
  'thank you very much for watching',
  'thanks for watching and dont forget to like and subscribe',
  'please subscribe to my channel',
  'please like and subscribe',
  'subscribe',
  'thank you',
  'thank you so much',
  'thanks',
  'bye',
  'bye bye',
  'goodbye',
  'see you next time',
  'see you in the next video',
  'ill see you in the next video',
  'to be continued',
  'you',
  'so',
  'the end',
  'music',
  'applause',
  'silence',
]);
