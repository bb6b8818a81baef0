/**
 * Cities by their names in Russian and Kazakh, as their people write them, by time zone: the capitals of regions in
 * Kazakhstan and Russia and what lies around. Names in Latin letters are known to `city-timezones`.
 */
const CITIES: Readonly<Record<string, string>> = {
  'Asia/Almaty':
    'алматы, алма-ата, астана, нур-султан, нұр-сұлтан, шымкент, чимкент, караганда, қарағанды, павлодар, талдыкорган, талдықорған, усть-каменогорск, өскемен, оскемен, семей, семипалатинск, петропавловск, қызылжар, петропавл, кокшетау, көкшетау, тараз, жезказган, жезқазған, туркестан, түркістан, экибастуз, екібастұз, темиртау, теміртау, балхаш, балқаш, конаев, қонаев, капчагай, степногорск, риддер, сатпаев, сәтбаев, казахстан, қазақстан',
  'Asia/Qostanay': 'костанай, кустанай, қостанай, рудный, рудныи, лисаковск',
  'Asia/Qyzylorda': 'кызылорда, қызылорда, байконур, байқоңыр, аральск, арал',
  'Asia/Aqtobe': 'актобе, ақтөбе, актюбинск',
  'Asia/Aqtau': 'актау, ақтау, жанаозен, жаңаөзен, шевченко',
  'Asia/Atyrau': 'атырау, гурьев',
  'Asia/Oral': 'уральск, орал',
  'Europe/Kaliningrad': 'калининград',
  'Europe/Moscow':
    'москва, мәскеу, мск, питер, спб, санкт-петербург, петербург, нижний новгород, казань, қазан, ростов-на-дону, ростов, краснодар, воронеж, сочи, ярославль, тула, тверь, рязань, пенза, липецк, курск, брянск, белгород, иваново, калуга, орел, смоленск, тамбов, владимир, кострома, вологда, архангельск, мурманск, петрозаводск, псков, великий новгород, новгород, йошкар-ола, чебоксары, саранск, махачкала, грозный, владикавказ, нальчик, ставрополь, пятигорск, майкоп, элиста, сыктывкар, новороссийск, набережные челны, подольск, химки, мытищи, россия',
  'Europe/Kirov': 'киров',
  'Europe/Volgograd': 'волгоград',
  'Europe/Samara': 'самара, ижевск, тольятти, сызрань',
  'Europe/Saratov': 'саратов, энгельс',
  'Europe/Ulyanovsk': 'ульяновск',
  'Europe/Astrakhan': 'астрахань',
  'Asia/Yekaterinburg':
    'екатеринбург, екб, челябинск, пермь, уфа, тюмень, оренбург, орынбор, курган, сургут, ханты-мансийск, магнитогорск, нижний тагил, нижневартовск, салехард, новый уренгой, орск, стерлитамак',
  'Asia/Omsk': 'омск, омбы',
  'Asia/Novosibirsk': 'новосибирск, новосиб, нск, новосібір',
  'Asia/Barnaul': 'барнаул, горно-алтайск, бийск',
  'Asia/Tomsk': 'томск',
  'Asia/Novokuznetsk': 'новокузнецк, кемерово',
  'Asia/Krasnoyarsk': 'красноярск, абакан, кызыл, норильск',
  'Asia/Irkutsk': 'иркутск, улан-удэ, братск, ангарск',
  'Asia/Chita': 'чита',
  'Asia/Yakutsk': 'якутск, благовещенск',
  'Asia/Vladivostok': 'владивосток, хабаровск, уссурийск, находка, биробиджан, комсомольск-на-амуре',
  'Asia/Sakhalin': 'южно-сахалинск, сахалин',
  'Asia/Magadan': 'магадан',
  'Asia/Kamchatka': 'петропавловск-камчатский, камчатка',
  'Asia/Anadyr': 'анадырь',
  'Asia/Tashkent': 'ташкент, самарканд, бухара, наманган, андижан, фергана, нукус, узбекистан',
  'Asia/Bishkek': 'бишкек, бішкек, ош, киргизия, кыргызстан, қырғызстан',
  'Asia/Dushanbe': 'душанбе, худжанд, таджикистан',
  'Asia/Ashgabat': 'ашхабад, ашгабат, туркменистан, туркмения',
  'Europe/Minsk': 'минск, гомель, брест, гродно, витебск, могилев, беларусь, белоруссия',
  'Europe/Kyiv': 'киев, київ, харьков, одесса, днепр, львов, запорожье, украина',
  'Europe/Chisinau': 'кишинев, молдова, молдавия',
  'Asia/Tbilisi': 'тбилиси, батуми, грузия',
  'Asia/Yerevan': 'ереван, армения',
  'Asia/Baku': 'баку, азербайджан',
  'Europe/Istanbul': 'стамбул, ыстанбұл, анкара, анталья, анталия, измир, алания, турция, түркия',
  'Asia/Dubai': 'дубай, абу-даби, шарджа, оаэ',
  'Asia/Jerusalem': 'тель-авив, иерусалим, хайфа, израиль',
  'Europe/Berlin': 'берлин, мюнхен, гамбург, франкфурт, кельн, дюссельдорф, германия',
  'Europe/London': 'лондон, англия, великобритания',
  'Europe/Paris': 'париж, франция',
  'Europe/Madrid': 'мадрид, барселона, испания',
  'Europe/Rome': 'рим, милан, италия',
  'Europe/Prague': 'прага, чехия',
  'Europe/Warsaw': 'варшава, краков, польша',
  'Europe/Belgrade': 'белград, сербия',
  'Europe/Vienna': 'вена, австрия',
  'Europe/Riga': 'рига, латвия',
  'Europe/Vilnius': 'вильнюс, литва',
  'Europe/Tallinn': 'таллин, таллинн, эстония',
  'Europe/Helsinki': 'хельсинки, финляндия',
  'Asia/Bangkok': 'бангкок, пхукет, паттайя, таиланд',
  'Asia/Makassar': 'бали',
  'Asia/Ho_Chi_Minh': 'нячанг, хошимин, дананг',
  'Asia/Shanghai': 'пекин, шанхай, гуанчжоу, урумчи, үрімжі, китай, қытай',
  'Asia/Hong_Kong': 'гонконг',
  'Asia/Seoul': 'сеул, пусан, корея',
  'Asia/Tokyo': 'токио, япония',
  'Asia/Ulaanbaatar': 'улан-батор, монголия',
  'Asia/Kolkata': 'дели, гоа, мумбаи, индия',
  'America/New_York': 'нью-йорк, вашингтон, майами, бостон',
  'America/Chicago': 'чикаго',
  'America/Los_Angeles': 'лос-анджелес, сан-франциско, сиэтл',
  'America/Toronto': 'торонто',
};

const BY_NAME: ReadonlyMap<string, string> = new Map(
  Object.entries(CITIES).flatMap(([zone, names]) => names.split(', ').map((name) => [name, zone] as const)),
);

/** The time zone of a city that somebody wrote, IANA's name; null: nobody knows it. Of several of a name the largest is meant. */
export async function zoneOfCity(written: string): Promise<string | null> {
  const name = written
    .toLowerCase()
    .replaceAll('ё', 'е')
    .replace(/^(?:г\.|гор\.|город|қала)\s*|[.!,]+$/gu, '')
    .replace(/[\s‐–-]+/gu, ' ')
    .trim();
  const known = BY_NAME.get(name) ?? BY_NAME.get(name.replaceAll(' ', '-'));
  if (known !== undefined) return known;
  if (!/^\p{Script=Latin}/u.test(name)) return null;
  // Two megabytes that hardly anybody needs.
  const { lookupViaCity } = await import('city-timezones');
  const found = lookupViaCity(name).toSorted((a, b) => b.pop - a.pop);
  return found[0]?.timezone ?? null;
}
