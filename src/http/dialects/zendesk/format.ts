/** As the vendor writes times: seconds, in UTC. */
export const formatTime = (time: Date | string): string => `${new Date(time).toISOString().slice(0, 19)}Z`;

/** The vendor's second form of the same: `20200305221223`. */
export const formatCompactTime = (time: Date): string => time.toISOString().slice(0, 19).replace(/[-T:]/g, '');
