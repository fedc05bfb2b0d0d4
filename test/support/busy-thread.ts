/** Never ends by itself, and hears nothing meanwhile. */
// oxlint-disable-next-line import/no-default-export -- the shape piscina asks for
export default (): never => {
  for (;;);
};
