/** What people read and press, written down here once more: a text that changes by mistake fails a test. */
export interface Words {
  readonly code: 'ru' | 'en';
  readonly hello: RegExp;
  readonly newAvatar: RegExp;
  readonly portrait: RegExp;
  readonly askName: RegExp;
  readonly man: RegExp;
  readonly consent: RegExp;
  readonly sendPhotos: RegExp;
  readonly accepted: (count: number) => RegExp;
  readonly enough: RegExp;
  readonly train: RegExp;
  readonly fast: RegExp;
  readonly training: RegExp;
  readonly done: RegExp;
  readonly ready: (name: string) => RegExp;
  readonly draw: RegExp;
  readonly describe: RegExp;
  readonly another: RegExp;
  readonly cancel: RegExp;
  readonly cancelled: RegExp;
  readonly tryAgain: RegExp;
  readonly didNotWork: RegExp;
  readonly notCharged: RegExp;
  readonly outdated: RegExp;
  readonly summary: RegExp;
  readonly todo: RegExp;
  readonly protocol: RegExp;
  readonly absent: RegExp;
  readonly history: RegExp;
  readonly asFile: RegExp;
  readonly next: RegExp;
  readonly failure: Readonly<
    Record<
      | 'account'
      | 'model'
      | 'down'
      | 'policy'
      | 'flagged'
      | 'silence'
      | 'empty'
      | 'notMedia'
      | 'notText'
      | 'tooBig'
      | 'unknownFile',
      RegExp
    >
  >;
}

export const RU: Words = {
  code: 'ru',
  hello: /Здравствуйте, .*! Я — Aisha/,
  newAvatar: /Новый аватар/,
  portrait: /Человек \(портрет\)/,
  askName: /Как назвать аватар/,
  man: /Мужчина/,
  consent: /Подтверждаю/,
  sendPhotos: /Пришлите от 10 до 20 фотографий/,
  accepted: (count) => new RegExp(`Принят[оаы] ${count} фотографи`),
  enough: /Этого достаточно/,
  train: /Обучить/,
  fast: /Быстро/,
  training: /Обучаю модель/,
  done: /✅ Готово/,
  ready: (name) => new RegExp(`Аватар ${name} готов`),
  draw: /^🎨 Нарисовать/,
  describe: /Опишите картинку/,
  another: /Ещё раз/,
  cancel: /Отменить/,
  cancelled: /Отменено/,
  tryAgain: /Попробовать снова/,
  didNotWork: /Не получилось/,
  notCharged: /ничего не списано/,
  outdated: /Эта кнопка устарела/,
  summary: /Резюме/,
  todo: /Список дел/,
  protocol: /Протокол/,
  absent: /в тексте не указано/,
  history: /История/,
  asFile: /Скачать/,
  next: /^›$/,
  failure: {
    account: /по нашей вине: поставщик приостановил работу/,
    model: /поставщик не даёт нам нужную модель/,
    down: /сейчас не справился/,
    policy: /не проходит правила безопасности/,
    flagged: /не прошла проверку безопасности/,
    silence: /В записи тишина/,
    empty: /Файл пустой/,
    notMedia: /нет звука, который можно прочитать/,
    notText: /не похож на текст/,
    tooBig: /Файл больше 20 МБ/,
    unknownFile: /С такими файлами я не работаю/,
  },
};

export const EN: Words = {
  code: 'en',
  hello: /Hello, .*! I’m Aisha/,
  newAvatar: /New avatar/,
  portrait: /Person \(portrait\)/,
  askName: /What shall we call the avatar/,
  man: /^Man$/,
  consent: /I confirm/,
  sendPhotos: /Send 10 to 20 photos/,
  accepted: (count) => new RegExp(`${count} photos? of 20 accepted`),
  enough: /That’s enough/,
  train: /Train/,
  fast: /Fast/,
  training: /Training the model/,
  done: /✅ Done/,
  ready: (name) => new RegExp(`Avatar ${name} is ready`),
  draw: /^🎨 Draw/,
  describe: /Describe the picture/,
  another: /Again/,
  cancel: /Cancel/,
  cancelled: /Cancelled/,
  tryAgain: /Try again/,
  didNotWork: /It didn’t work/,
  notCharged: /You have not been charged/,
  outdated: /This button is out of date/,
  summary: /Summary/,
  todo: /To-do list/,
  protocol: /Protocol/,
  absent: /not stated in the text/,
  history: /History/,
  asFile: /Download/,
  next: /^›$/,
  failure: {
    account: /the fault is ours: the provider has suspended its work/,
    model: /does not let us use the model/,
    down: /could not manage it just now/,
    policy: /breaks the safety rules/,
    flagged: /did not pass the safety check/,
    silence: /The recording is silent/,
    empty: /The file is empty/,
    notMedia: /no sound in this file that I can read/,
    notText: /doesn’t look like text/,
    tooBig: /over 20 MB/,
    unknownFile: /I can’t work with files like this/,
  },
};
