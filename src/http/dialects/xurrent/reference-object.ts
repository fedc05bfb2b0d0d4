/** How a record stands in another one. */
export interface Reference {
  id: number;
  name: string;
  sourceID?: string;
}
