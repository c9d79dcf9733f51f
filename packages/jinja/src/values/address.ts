/** What Python prints of where an object is. Real addresses differ from run to run; this one is as long as they are. */
export const ADDRESS = 'at 0x000000000000';
