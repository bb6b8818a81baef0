import sharp from 'sharp';

// In the child, where one file is open at a time: nothing of it is kept, and it takes one core.
sharp.cache(false);
sharp.concurrency(1);

export { sharp };
