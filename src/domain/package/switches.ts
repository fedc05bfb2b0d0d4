/** Checks that an account turns on for its packages. All are off unless it does. */
export interface PackageSwitches {
  /** Parameters of type `mtls` are allowed and checked. */
  mtls: boolean;
  /** The location `custom_object_record_sidebar` is allowed and its `objectTypes` are checked. */
  recordSidebar: boolean;
  /** The stricter checks of an app that is meant for everyone. */
  marketplace: boolean;
}

export const defaultSwitches: PackageSwitches = { mtls: false, recordSidebar: false, marketplace: false };

export const switchNames = Object.keys(defaultSwitches) as (keyof PackageSwitches)[];
