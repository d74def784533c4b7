# The functions that are defined in jq itself. What they do, and the order of their outputs, is that of gojq 0.12.17.
def not: if . then false else true end;
def select(condition): if condition then . else empty end;
def map(f): [.[] | f];
def map_values(f): .[] |= f;
def in(container): . as $key | container | has($key);
def inside(container): . as $part | container | contains($part);
def with_entries(f): to_entries | map(f) | from_entries;

def recurse(f): def visit: ., (f | visit); visit;
def recurse(f; condition): def visit: ., (f | select(condition) | visit); visit;
def recurse: recurse(.[]?);
def repeat(f): def again: f, again; again;
def while(condition; update): def again: if condition then ., (update | again) else empty end; again;
def until(condition; update): def again: if condition then . else update | again end; again;
def range($end): _range(0; $end; 1);
def range($start; $end): _range($start; $end; 1);
def range($start; $end; $step): _range($start; $end; $step);
def walk(f):
  def visit: if type == "array" then map(visit) elif type == "object" then map_values(visit) else . end | f;
  visit;

def add(f): [f] | add;
def min_by(f): _min_by(map([f]));
def max_by(f): _max_by(map([f]));
def sort_by(f): _sort_by(map([f]));
def group_by(f): _group_by(map([f]));
def unique_by(f): _unique_by(map([f]));

def nulls: select(. == null);
def booleans: select(type == "boolean");
def numbers: select(type == "number");
def strings: select(type == "string");
def arrays: select(type == "array");
def objects: select(type == "object");
def iterables: select(type | . == "array" or . == "object");
def scalars: select(type | . != "array" and . != "object");
def values: select(. != null);
def finites: select(isfinite);
def normals: select(isnormal);

def combinations:
  if length == 0 then [] else .[0][] as $first | [$first] + (.[1:] | combinations) end;
def combinations(n): [limit(n; repeat(.))] | combinations;

def first: .[0];
def first(f): label $done | f | ., break $done;
def last: .[-1];
def isempty(f): label $done | (f | false, break $done), true;
def any(source; condition): isempty(source | select(condition)) | not;
def any(condition): any(.[]; condition);
def any: any(.);
def all(source; condition): isempty(source | select(condition | not));
def all(condition): all(.[]; condition);
def all: all(.);
def limit($count; f):
  if $count > 0 then
    label $done | foreach f as $output ($count; . - 1; $output, if . <= 0 then break $done else empty end)
  elif $count == 0 then empty
  else error("limit doesn't support negative count")
  end;
def skip($count; f):
  if $count > 0 then foreach f as $output ($count; . - 1; if . < 0 then $output else empty end)
  elif $count == 0 then f
  else error("skip doesn't support negative count")
  end;
def nth($position): .[$position];
def nth($position; f):
  if $position >= 0 then first(skip($position; f)) else error("nth doesn't support negative index") end;

def del(f): delpaths([path(f)]);
def paths: path(..) | select(. != []);
def paths(condition): path(.. | select(condition)) | select(. != []);
def pick(f): . as $whole | reduce path(f) as $path (null; setpath($path; $whole | getpath($path)));

def tostream:
  path(def visit: (.[]? | visit), .; visit) as $path
  | getpath($path)
  | reduce path(.[]?) as $key ([$path, .]; [$path + $key]);
def fromstream(f):
  foreach f as $event (
    null;
    if .e then null else . end
    | $event as [$path, $leaf]
    | if $event | length == 2 then setpath(["v"] + $path; $leaf) | setpath(["e"]; $path | length == 0)
      else setpath(["e"]; $path | length == 1)
      end;
    if .e then .v else empty end
  );
def truncate_stream(f):
  . as $depth | null | f | if .[0] | length > $depth then .[0] |= .[$depth:] else empty end;

def fromdateiso8601: strptime("%Y-%m-%dT%H:%M:%S%z") | mktime;
def todateiso8601: strftime("%Y-%m-%dT%H:%M:%SZ");
def fromdate: fromdateiso8601;
def todate: todateiso8601;

def match($pattern; $flags): _match($pattern; $flags; false)[];
def match($pattern): match($pattern; null);
def test($pattern; $flags): _match($pattern; $flags; true);
def test($pattern): test($pattern; null);
def capture($pattern; $flags): match($pattern; $flags) | _capture;
def capture($pattern): capture($pattern; null);
def scan($pattern; $flags):
  match($pattern; $flags + "g") | if .captures == [] then .string else [.captures[].string] end;
def scan($pattern): scan($pattern; null);
def splits($pattern; $flags): split($pattern; $flags)[];
def splits($pattern): splits($pattern; null);
def sub($pattern; replacement; $flags):
  . as $text
  | def replace:
      if .matches == [] then $text[:.offset] + .string
      else
        .matches[-1] as $match
        | {
            string: (($match | _capture | replacement) + $text[$match.offset + $match.length:.offset] + .string),
            offset: $match.offset,
            matches: .matches[:-1]
          }
        | replace
      end;
    {string: "", matches: [match($pattern; $flags)]} | replace;
def sub($pattern; replacement): sub($pattern; replacement; null);
def gsub($pattern; replacement; $flags): sub($pattern; replacement; $flags + "g");
def gsub($pattern; replacement): gsub($pattern; replacement; null);

def inputs: try repeat(input) catch if . == "break" then empty else error end;

def INDEX(stream; key): reduce stream as $row ({}; .[$row | key | tostring] = $row);
def INDEX(key): INDEX(.[]; key);
def IN(values): any(values == .; .);
def IN(source; values): any(source == values; .);
def JOIN($index; key): [.[] | [., $index[key]]];
def JOIN($index; stream; key): stream | [., $index[key]];
def JOIN($index; stream; key; join): stream | [., $index[key]] | join;
