export { Person } from './person.ts';
export { makePhotos } from './photos.ts';
export { type Product, startProduct } from './product.ts';
