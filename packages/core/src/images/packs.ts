import type { Language } from '@aisha/db';

/** A style: its scenes are drawn together as a series. `id` stands in buttons and rows for ever. */
export interface StylePack {
  readonly id: string;
  readonly sign: string;
  readonly name: Readonly<Record<Language, string>>;
  /** What the images show, in English, told of the person; the first is the preview. */
  readonly scenes: readonly [string, ...string[]];
}

const pack = (
  id: string,
  sign: string,
  [ru, kk, en]: readonly [string, string, string],
  scenes: StylePack['scenes'],
): StylePack => ({ id, sign, name: { ru, kk, en }, scenes });

/** Every style pack, in the order in which they are shown. A new one is an entry here, and nothing else. */
export const PACKS: readonly StylePack[] = [
  pack(
    'business',
    '💼',
    ['Деловой портрет', 'Іскери портрет', 'Business portrait'],
    [
      'corporate headshot in a dark navy suit, light grey studio background, soft key light, 85mm lens',
      'standing in a modern glass office with arms crossed, city skyline behind, natural window light',
      'speaking at a conference stage with a headset microphone, blurred audience, warm spotlights',
      'sitting at a wooden desk with a laptop in a bright co-working space, candid business photo',
    ],
  ),
  pack(
    'studio',
    '📸',
    ['Студийный портрет', 'Студиялық портрет', 'Studio portrait'],
    [
      'close-up studio portrait, black background, Rembrandt lighting, sharp eyes, 85mm f/1.8',
      'beauty portrait with soft butterfly lighting on a beige backdrop, clean skin texture',
      'half-body studio portrait in a white shirt, high-key lighting, white background',
      'profile portrait with coloured gel lights, teal and orange, dark background',
    ],
  ),
  pack(
    'cinema',
    '🎬',
    ['Кадр из фильма', 'Фильмнен кадр', 'Film still'],
    [
      'cinematic film still, rainy neon street at night, reflections on wet asphalt, anamorphic lens flare',
      'cinematic still inside a moving train at sunset, dust in the golden light, shallow depth of field',
      'wide cinematic shot on a desert road beside a vintage car, dramatic sky, film grain',
      'close cinematic portrait lit by a single candle in a dark wooden room, Kodak film look',
    ],
  ),
  pack(
    'noir',
    '🕵️',
    ['Нуар', 'Нуар', 'Film noir'],
    [
      '1940s film noir portrait, trench coat and fedora, venetian blind shadows, black and white',
      'standing under a street lamp in fog, long coat, black and white film noir',
      'sitting in a smoky jazz bar with a glass on the table, high contrast black and white',
      'looking out of a rainy window at night, hard side light, black and white noir',
    ],
  ),
  pack(
    'travel',
    '✈️',
    ['Путешествия', 'Саяхат', 'Travel'],
    [
      'walking along a narrow street of an Italian old town, summer linen clothes, warm afternoon light',
      'standing on a viewpoint above a turquoise sea in Greece, white houses, light breeze',
      'travel photo in a Japanese street with lanterns in the evening, casual jacket',
      'at a wooden pier on a mountain lake in the Alps, mist and sunrise',
    ],
  ),
  pack(
    'mountains',
    '🏔️',
    ['В горах', 'Тауда', 'In the mountains'],
    [
      'hiker on a mountain summit at dawn, colourful jacket, sea of clouds below',
      'sitting beside a campfire near a tent in the mountains, starry sky, warm glow',
      'riding a horse across a wide steppe with snowy mountains behind, golden hour',
      'standing on a glacier in alpine gear, bright sun, deep blue sky',
    ],
  ),
  pack(
    'sea',
    '🌊',
    ['Море', 'Теңіз', 'By the sea'],
    [
      'walking along a beach at sunset in light clothes, waves, backlight in the hair',
      'on the deck of a white sailing yacht, striped shirt, bright summer day',
      'sitting on rocks beside a stormy sea, knitted sweater, moody overcast light',
      'beach cafe with palm trees, linen shirt, cheerful candid photo',
    ],
  ),
  pack(
    'city',
    '🏙️',
    ['Городская мода', 'Қала сәні', 'City fashion'],
    [
      'street style photo crossing a zebra in an elegant coat, big city, autumn light',
      'leaning on a brick wall in a leather jacket and jeans, urban fashion editorial',
      'on a rooftop at blue hour, stylish monochrome outfit, city lights bokeh',
      'in front of a glass facade in oversized streetwear, dynamic low angle',
    ],
  ),
  pack(
    'magazine',
    '📰',
    ['Обложка журнала', 'Журнал мұқабасы', 'Magazine cover'],
    [
      'high fashion magazine cover portrait, bold makeup or grooming, plain coloured backdrop, no text',
      'editorial full-body pose in a designer outfit, sculptural studio set, hard light, no text',
      'glossy close-up with dramatic jewellery, fashion magazine lighting, no text',
      'motion-blurred fashion editorial in a flowing outfit, studio, no text',
    ],
  ),
  pack(
    'winter',
    '❄️',
    ['Зимняя сказка', 'Қысқы ертегі', 'Winter tale'],
    [
      'in a snowy forest, warm wool coat and scarf, falling snow, soft daylight',
      'at a Christmas market with lights, mug in hands, cosy winter clothes',
      'sitting by a fireplace with a knitted blanket, fairy lights, warm evening',
      'ice skating on a frozen lake, rosy cheeks, sunny winter day',
    ],
  ),
  pack(
    'newyear',
    '🎄',
    ['Новый год', 'Жаңа жыл', 'New Year'],
    [
      'beside a decorated Christmas tree in an elegant outfit, golden bokeh, festive evening',
      'holding sparklers in the snow at night, joyful, warm light on the face',
      'under falling confetti with a glass, black tie party, flash photography',
      'in cosy pyjamas opening a gift box on the carpet, morning light',
    ],
  ),
  pack(
    'autumn',
    '🍂',
    ['Золотая осень', 'Алтын күз', 'Golden autumn'],
    [
      'in an autumn park with golden leaves falling, beige trench coat, soft sun',
      'on a bench with a book and a takeaway coffee, maple leaves around, warm tones',
      'on a foggy autumn forest path in a thick sweater, cinematic light',
      'at a vineyard in autumn, rustic outfit, late afternoon sun',
    ],
  ),
  pack(
    'spring',
    '🌸',
    ['Весеннее цветение', 'Көктемгі гүлдер', 'Spring bloom'],
    [
      'under blooming cherry trees, petals in the air, pastel outfit, soft daylight',
      'in a field of tulips, light dress or shirt, bright spring sun',
      'portrait with apple blossom branches in the foreground, dreamy shallow focus',
      'riding a bicycle with a basket of flowers along a sunny street',
    ],
  ),
  pack(
    'sport',
    '🏃',
    ['Спорт', 'Спорт', 'Sport'],
    [
      'running on a stadium track at sunrise, sports outfit, motion blur background',
      'in a boxing gym with wrapped hands, determined look, dramatic side light',
      'on a tennis court in white sportswear, dynamic pose, bright sun',
      'doing yoga on a wooden terrace above a valley, calm morning light',
    ],
  ),
  pack(
    'fantasy',
    '🐉',
    ['Фэнтези', 'Фэнтези', 'Fantasy'],
    [
      'as an elven ranger in an ancient forest, ornate leather armour, shafts of light, epic fantasy',
      'as a wizard in an old library with floating candles and glowing books, detailed robes',
      'as a knight in engraved armour on a castle wall, banners in the wind, dramatic clouds',
      'as a ruler on a carved throne in a grand hall, velvet cloak, crown, torchlight',
    ],
  ),
  pack(
    'scifi',
    '🚀',
    ['Научная фантастика', 'Ғылыми фантастика', 'Science fiction'],
    [
      'as an astronaut on the surface of Mars, helmet visor reflecting the horizon, realistic',
      'in the cockpit of a spaceship, holographic displays, cinematic blue light',
      'in a sleek white space station corridor in a futuristic suit',
      'as an explorer before a giant alien ruin under two moons, epic scale',
    ],
  ),
  pack(
    'cyberpunk',
    '🌃',
    ['Киберпанк', 'Киберпанк', 'Cyberpunk'],
    [
      'cyberpunk portrait in neon rain, transparent jacket, pink and cyan lights, futuristic city',
      'on a crowded neon market street at night, tech wear outfit, steam and signs without text',
      'with subtle cybernetic implants on the temple, close-up, dark room, holograms',
      'on a futuristic motorcycle under neon bridges, low angle, motion blur',
    ],
  ),
  pack(
    'superhero',
    '🦸',
    ['Супергерой', 'Суперқаһарман', 'Superhero'],
    [
      'as an original superhero in a dark armoured suit with a cape on a skyscraper edge at night',
      'landing pose on cracked asphalt, debris in the air, heroic lighting',
      'flying above the clouds at sunrise, cape in the wind, cinematic',
      'hero portrait with glowing energy around the hands, dramatic rim light',
    ],
  ),
  pack(
    'royal',
    '👑',
    ['Королевский портрет', 'Патша портреті', 'Royal portrait'],
    [
      '18th century oil painting portrait in royal attire, ornate frame light, classical painting style',
      'in a baroque palace hall in an embroidered costume, chandelier light',
      'equestrian royal portrait on a white horse, classical oil painting',
      'renaissance portrait with a landscape behind, fine brushwork, muted colours',
    ],
  ),
  pack(
    'nomad',
    '🏹',
    ['Великая степь', 'Ұлы дала', 'Great Steppe'],
    [
      'in a traditional embroidered Kazakh costume beside a white yurt, wide steppe, golden hour',
      'holding a golden eagle on a leather glove, fur hat, snowy mountains, documentary photo',
      'as a steppe warrior in lamellar armour on horseback, dust and sunset',
      'inside a richly decorated yurt with felt carpets, warm light from the shanyrak',
    ],
  ),
  pack(
    'retro',
    '📼',
    ['Ретро 80-х', '80-жылдар ретросы', 'Retro eighties'],
    [
      '1980s studio portrait with a laser background, retro hairstyle, denim jacket, film grain',
      'roller disco in the 1980s, colourful outfit, neon lights, flash photo',
      'beside a boxy 1980s car at a beach boulevard, pastel sunset',
      'family album photo from the 1980s, living room with a cassette player, faded film colours',
    ],
  ),
  pack(
    'twenties',
    '🎷',
    ['Золотые двадцатые', 'Алтын жиырмасыншылар', 'Roaring twenties'],
    [
      '1920s art deco party, elegant evening outfit, champagne tower, golden light',
      'black and white 1920s studio portrait, feather or bow tie, soft focus',
      'beside a vintage 1920s automobile before a grand hotel at night',
      'on the stage of a jazz club, art deco decor, spotlight',
    ],
  ),
  pack(
    'anime',
    '🌸',
    ['Аниме', 'Аниме', 'Anime'],
    [
      'anime style illustration, standing on a hill with a city below at dusk, detailed clouds',
      'anime style close-up portrait, expressive eyes, cherry petals, soft colours',
      'anime style scene in a cosy ramen shop at night, warm lights',
      'anime style hero pose with wind and light effects, dynamic composition',
    ],
  ),
  pack(
    'cartoon',
    '🧸',
    ['3D-мультфильм', '3D мультфильм', '3D cartoon'],
    [
      '3D animated film character portrait, big friendly eyes, soft studio light',
      '3D animated film scene in a cosy kitchen baking a cake, warm light',
      '3D animated film scene, adventurer with a backpack in a magical forest',
      '3D animated film scene on a scooter in a colourful toy city',
    ],
  ),
  pack(
    'watercolour',
    '🎨',
    ['Акварель', 'Акварель', 'Watercolour'],
    [
      'delicate watercolour portrait, loose brush strokes, white paper background',
      'watercolour painting in a garden full of flowers, light washes',
      'watercolour travel sketch, sitting in a street cafe, ink lines',
      'watercolour portrait in autumn colours with splashes of paint',
    ],
  ),
  pack(
    'oil',
    '🖼️',
    ['Масляная живопись', 'Майлы бояу', 'Oil painting'],
    [
      'impressionist oil painting in a sunny garden, visible brush strokes',
      'oil painting portrait with warm chiaroscuro, old master style',
      'expressive palette knife oil portrait, vivid colours',
      'oil painting beside a window reading a letter, soft northern light',
    ],
  ),
  pack(
    'popart',
    '🟡',
    ['Поп-арт', 'Поп-арт', 'Pop art'],
    [
      'pop art portrait with bold flat colours and halftone dots',
      'screen print portrait in four contrasting colours, plain background',
      'comic book style portrait with thick outlines and bright background, no text',
      'retro poster style portrait with sun rays behind, no text',
    ],
  ),
  pack(
    'fairytale',
    '🧚',
    ['Сказка', 'Ертегі', 'Fairy tale'],
    [
      'in an enchanted forest with glowing mushrooms and fireflies, embroidered cloak',
      'on a balcony of a fairy tale castle above the clouds, pastel sunrise',
      'sitting in a small wooden boat on a lake of water lilies, magical light',
      'walking with a white deer through a misty meadow, storybook mood',
    ],
  ),
];

const byId = new Map(PACKS.map((one) => [one.id, one]));

export const packNamed = (id: string): StylePack | null => byId.get(id) ?? null;
