/** Names between double underscores, without them; names that begin with one underscore are whole. What Python 3.11 and later have. */
const everyObject =
  'class delattr dir doc eq format ge getattribute getstate gt hash init init_subclass le lt ne new reduce reduce_ex repr setattr sizeof str subclasshook';

const byType: Readonly<Record<string, string>> = {
  NoneType: 'bool',
  str: 'add contains getitem getnewargs iter len mod mul rmod rmul',
  int: 'abs add and bool ceil divmod float floor floordiv getnewargs index int invert lshift mod mul neg or pos pow radd rand rdivmod rfloordiv rlshift rmod rmul ror round rpow rrshift rshift rsub rtruediv rxor sub truediv trunc xor',
  float:
    'abs add bool ceil divmod float floor floordiv getformat getnewargs int mod mul neg pos pow radd rdivmod rfloordiv rmod rmul round rpow rsub rtruediv sub truediv trunc',
  bool: 'abs add and bool ceil divmod float floor floordiv getnewargs index int invert lshift mod mul neg or pos pow radd rand rdivmod rfloordiv rlshift rmod rmul ror round rpow rrshift rshift rsub rtruediv rxor sub truediv trunc xor',
  list: 'add class_getitem contains delitem getitem iadd imul iter len mul reversed rmul setitem',
  tuple: 'add class_getitem contains getitem getnewargs iter len mul rmul',
  dict: 'class_getitem contains delitem getitem ior iter len or reversed ror setitem',
  dict_keys: 'and contains iter len or rand reversed ror rsub rxor sub xor',
  dict_values: 'iter len reversed',
  dict_items: 'and contains iter len or rand reversed ror rsub rxor sub xor',
  bytes: 'add bytes contains getitem getnewargs iter len mod mul rmod rmul',
  Markup: 'add contains getitem getnewargs html html_format iter len mod module mul radd rmod rmul slots',
  'datetime.datetime': 'add radd rsub sub',
  'datetime.date': 'add radd rsub sub',
  'datetime.time': '',
  'datetime.timedelta': 'abs add bool divmod floordiv mod mul neg pos radd rdivmod rfloordiv rmod rmul rsub rtruediv sub truediv',
  'datetime.timezone': 'getinitargs',
  generator: 'del iter name next qualname',
  list_reverseiterator: 'iter length_hint next setstate',
  range: 'bool contains getitem iter len reversed',
  Undefined:
    'add aiter bool call complex div float floordiv getattr getitem int iter len mod module mul neg pos pow radd rdiv rfloordiv rmod rmul rpow rsub rtruediv sub truediv _fail_with_undefined_error _undefined_exception _undefined_hint _undefined_message _undefined_name _undefined_obj',
  ChainableUndefined:
    'add aiter bool call complex div float floordiv getattr getitem html int iter len mod module mul neg pos pow radd rdiv rfloordiv rmod rmul rpow rsub rtruediv sub truediv _fail_with_undefined_error _undefined_exception _undefined_hint _undefined_message _undefined_name _undefined_obj',
  Cycler: 'dict module next weakref',
  Joiner: 'call dict module weakref',
  builtin_function_or_method: 'call module name qualname self text_signature',
  function: 'annotations builtins call closure code defaults dict get globals kwdefaults module name qualname',
  method: 'call func self',
  type: 'base bases basicsize call class_getitem contains delitem dict dictoffset flags getitem instancecheck ior itemsize iter len module mro name or prepare qualname reversed ror setitem subclasscheck subclasses text_signature weakrefoffset',
  Macro: 'call dict module weakref _argument_count _async_invoke _default_autoescape _environment _func _invoke',
  LoopContext:
    'annotations call dict iter len module next weakref _after _before _current _iterable _iterator _last_changed_value _length _peek_next _recurse _to_iterator _undefined',
  TemplateReference: 'dict getitem module weakref _TemplateReference__context',
  BlockReference: 'call dict module weakref _async_call _context _depth _stack',
};

const whole = (text: string): string[] =>
  text
    .split(' ')
    .filter((name) => name !== '')
    .map((name) => (name.startsWith('_') ? name : `__${name}__`));

/** Namespaces answer with what they were given, whatever its name. */
const bare: ReadonlySet<string> = new Set(['__class__', '_Namespace__attrs']);
const common: ReadonlySet<string> = new Set(whole(everyObject));
const known = new Map(Object.entries(byType).map(([type, names]) => [type, new Set([...common, ...whole(names)])]));

/** The attributes with a leading underscore that objects of a type have in Python. */
export const hiddenAttributes = (type: string): ReadonlySet<string> =>
  type === 'Namespace' ? bare : (known.get(type) ?? common);
