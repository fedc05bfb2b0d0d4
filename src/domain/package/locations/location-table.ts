import { type Product, productNames } from '../definition.ts';

/** A place of a product where an app can show itself. Package rules of the reference validator 4.52. */
export interface KnownLocation {
  /** The number under which the vendor's database knows it; it is part of some answers. */
  id: number;
  product: Product;
  name: string;
  orderable: boolean;
  collapsible: boolean;
  visible: boolean;
  /** Did not exist for apps of framework 1. */
  v2Only: boolean;
  icons: boolean;
}

/** Row: id, product, name, then o(rderable) c(ollapsible) v(isible) 2 (only for framework 2) i(cons). */
const rows: [id: number, product: Product, name: string, traits: string][] = [
  [1, 'support', 'top_bar', 'ovi'],
  [2, 'support', 'nav_bar', 'ovi'],
  [3, 'support', 'ticket_sidebar', 'ocv'],
  [4, 'support', 'new_ticket_sidebar', 'ocv'],
  [5, 'support', 'user_sidebar', 'ocv'],
  [6, 'support', 'organization_sidebar', 'ocv'],
  [7, 'support', 'background', ''],
  [8, 'chat', 'chat_sidebar', 'ocv2'],
  [9, 'support', 'modal', '2'],
  [10, 'support', 'ticket_editor', 'v2i'],
  [11, 'standalone_chat', 'nav_bar', 'v'],
  [12, 'support', 'system_top_bar', 'i'],
  [13, 'standalone_chat', 'system_top_bar', ''],
  [14, 'chat', 'background', '2'],
  [15, 'sell', 'deal_card', 'cv2'],
  [16, 'sell', 'person_card', 'cv2'],
  [17, 'sell', 'company_card', 'cv2'],
  [18, 'sell', 'lead_card', 'cv2'],
  [19, 'sell', 'background', '2'],
  [20, 'sell', 'modal', '2'],
  [21, 'sell', 'dashboard', 'v2'],
  [22, 'sell', 'note_editor', 'v2'],
  [23, 'sell', 'call_log_editor', 'v2'],
  [24, 'sell', 'email_editor', 'v2'],
  [25, 'sell', 'top_bar', 'v2i'],
  [26, 'sell', 'visit_editor', 'v2'],
  [27, 'support', 'custom_object_record_sidebar', 'ocv'],
];

/** All locations there are, by number. */
export const knownLocations: readonly KnownLocation[] = rows.map(([id, product, name, traits]) => ({
  id,
  product,
  name,
  orderable: traits.includes('o'),
  collapsible: traits.includes('c'),
  visible: traits.includes('v'),
  v2Only: traits.includes('2'),
  icons: traits.includes('i'),
}));

/** The location that only some accounts have. */
export const recordSidebar = 'custom_object_record_sidebar';

/** The keys under which a product may stand in `location`, in the order of the product codes; the first one wins. */
export const productKeys: Record<Product, readonly [name: string, legacyName: string]> = {
  support: ['support', 'zendesk'],
  chat: ['chat', 'zopim'],
  standalone_chat: ['standalone_chat', 'lotus_box'],
  sell: ['sell', 'sell'],
};

/** Gives undefined for a name that the product does not know. */
export const findLocation = (product: Product, name: string): KnownLocation | undefined =>
  knownLocations.find((location) => location.product === product && location.name === name);

/** Whether any product has a location of that name. */
export const isLocationName = (name: unknown): boolean => knownLocations.some((location) => location.name === name);

/** Whether the name is one of today; the older names are keys of `location` only. */
export const isProduct = (name: string): name is Product => productNames.some((product) => product === name);

/** First letter upper-case, as products are called in reports. */
export const productTitle = (product: string): string => product.charAt(0).toUpperCase() + product.slice(1);
