#!/usr/bin/python3
"""Whether all readers see the same in an archive that we take.

usage: agree.py LIST_MEMBERS DIR

Archives of every kind that programs write, and then many that are spoilt at
one or two places, are listed by our reader, by libarchive with and without
seeking, by unzip (or tar), and by Python's zipfile.  Of what programs write we
take all that is not named here as refused, and all readers agree.  Of what is
spoilt each reader gives up, or sees what we see, or we refuse it.
"""
import hashlib
import os
import random
import shutil
import struct
import subprocess
import sys
import zipfile
import zlib

LISTER, DIR = sys.argv[1:3]
GUID = "6513270e-269f-4df5-8c7b-1b0c2d6441b5"
SPOILT = 60                             # of each base
BATCH = 200                             # files in one call
rand = random.Random(20261128)          # the same archives every time


def noise(n):
    return rand.getrandbits(8 * n).to_bytes(n, "big")


def element(k):
    return "data/%08x-0000-4000-8000-0000000000aa" % k


SMALL = [("instance.json", b"{ }"), (element(1), b"<a>" + b"b" * 300 + b"</a>"),
         (element(2), b""), ("SHA256SUMS", b"x" * 70)]
LARGE = [("instance.json", b"{}" + b" " * 5000), (element(1), noise(300001)),
         (element(2), b"a" * 700001), (element(3), b"")]
MANY = [("instance.json", b"{}")]
MANY += [(element(k), b"%d" % k * (k % 7)) for k in range(900)]
LONG = [("ttd/innsending-a/%s/%s" % (GUID, n), d) for n, d in SMALL]
BASES = ("py-stored-small.zip", "py-deflated-piped-small.zip", "py-stored-piped-small.zip",
         "zip-6-small.zip", "tar-ustar-small.tar", "tar-gnu-small.tar", "tar-pax-small.tar")
SETS = {"small": SMALL, "large": LARGE, "many": MANY, "long": LONG}


# ------------------------------------------------------------ what programs write

class Pipe:
    """A file that cannot seek: zipfile then writes data descriptors."""

    def __init__(self, path):
        self.f = open(path, "wb")

    def write(self, b):
        return self.f.write(b)

    def flush(self):
        self.f.flush()


def by_zipfile(path, parts, method, piped=False, folders=False):
    out = Pipe(path) if piped else path
    with zipfile.ZipFile(out, "w", method, allowZip64=False) as z:
        if folders:
            z.writestr("data/", b"")
        for n, d in parts:
            z.writestr(n, d)
    if piped:
        out.f.close()


def tree(parts):
    top = os.path.join(DIR, "tree")
    shutil.rmtree(top, ignore_errors=True)
    for n, d in parts:
        os.makedirs(os.path.dirname(os.path.join(top, n)), exist_ok=True)
        with open(os.path.join(top, n), "wb") as f:
            f.write(d)
    return top


def run(*args, cwd=None):
    subprocess.run(args, cwd=cwd, check=True, stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL)


def made():
    """{path: taken}: as programs make them; not taken are those whose kind is refused."""
    out = {}

    def at(name, taken=True):
        out[os.path.join(DIR, name)] = taken
        return os.path.join(DIR, name)

    for s, parts in SETS.items():
        for label, method in (("stored", zipfile.ZIP_STORED), ("deflated", zipfile.ZIP_DEFLATED)):
            by_zipfile(at("py-%s-%s.zip" % (label, s)), parts, method)
            by_zipfile(at("py-%s-piped-%s.zip" % (label, s)), parts, method, piped=True)
        by_zipfile(at("py-folders-%s.zip" % s), parts, zipfile.ZIP_DEFLATED, folders=s != "long")
        top = tree(parts)
        for opts in ("-0", "-1", "-6", "-9", "-6X", "-6D", "-0XD"):
            run("zip", "-qr", opts, at("zip%s-%s.zip" % (opts, s)), ".", cwd=top)
        for opts in ("-6", "-0"):
            with open(at("zip-piped%s-%s.zip" % (opts, s)), "wb") as f:
                cat = subprocess.Popen(["cat"], stdin=subprocess.PIPE, stdout=f)
                subprocess.run(["zip", "-qr", opts, "-", "."], cwd=top, check=True,
                               stdout=cat.stdin)
                cat.communicate()
        run("zip", "-qr", "-fz", at("zip64-%s.zip" % s, False), ".", cwd=top)
        for fmt in ("v7", "ustar", "oldgnu", "gnu", "pax"):
            if fmt == "v7" and s == "long":
                continue                # names of 100 bytes and more
            names = sorted(os.listdir(top))
            for flt, ext in (("", ""), ("z", ".gz"), ("-zstd", ".zst"), ("J", ".xz")):
                run("tar", "--format=" + fmt, *(["-" + flt] if flt else []), "-cf",
                    at("tar-%s-%s.tar%s" % (fmt, s, ext)), *names, cwd=top)
            run("tar", "--format=" + fmt, "-cf", at("tar-dot-%s-%s.tar" % (fmt, s)), ".", cwd=top)
            run("tar", "--format=" + fmt, "-b1", "-cf", at("tar-b1-%s-%s.tar" % (fmt, s)),
                *names, cwd=top)
    return out


# -------------------------------------------------------------------- spoiling

def end_of(b):
    return b.rindex(b"PK\5\6")


def records(b):
    """Where the records of the directory are."""
    at, out = struct.unpack_from("<I", b, end_of(b) + 16)[0], []
    while b[at:at + 4] == b"PK\1\2":
        n = 46 + sum(struct.unpack_from("<HHH", b, at + 28))
        out.append((at, n))
        at += n
    return out


def with_records(b, recs, count=None):
    """The same members with another directory."""
    end = end_of(b)
    at = struct.unpack_from("<I", b, end + 16)[0]
    d = b"".join(recs)
    n = len(recs) if count is None else count
    return b[:at] + d + struct.pack("<IHHHHIIH", 0x06054b50, 0, 0, n, n, len(d), at, 0)


def spoil_records(b):
    recs = [b[a:a + n] for a, n in records(b)]
    how = rand.randrange(5)
    if how == 0:
        recs.append(rand.choice(recs))
    elif how == 1:
        del recs[rand.randrange(len(recs))]
    elif how == 2:
        i, k = rand.sample(range(len(recs)), 2)
        recs[i] = recs[i][:42] + recs[k][42:46] + recs[i][46:]      # another's place
    elif how == 3:
        rand.shuffle(recs)
    else:
        i = rand.randrange(len(recs))
        c = b"x" * rand.randrange(1, 30)
        recs[i] = recs[i][:32] + struct.pack("<H", len(c)) + recs[i][34:] + c
    return with_records(b, recs)


def heads(b):
    """Places of local headers, records, end record: where a zip says what it is."""
    end = end_of(b)
    out = [end + k for k in range(22)]
    for a, n in records(b):
        out += range(a, a + n)
        local = struct.unpack_from("<I", b, a + 42)[0]
        out += range(local, local + 30 + sum(struct.unpack_from("<HH", b, local + 26)))
    return out


def spoil_field(b):
    b, at = bytearray(b), rand.choice(heads(b))
    how = rand.randrange(4)
    if how == 0:
        b[at] ^= 1 << rand.randrange(8)
    elif how == 1:
        b[at] = rand.choice((0, 1, 8, 0x20, 0x2f, 0x41, 0x7f, 0x80, 0xff))
    elif how == 2:
        struct.pack_into("<H", b, min(at, len(b) - 2),
                         rand.choice((0, 1, 8, 0x800, 0x7fff, 0xffff, len(b) & 0xffff)))
    else:
        struct.pack_into("<I", b, min(at, len(b) - 4),
                         rand.choice((0, 1, 0xa1ed0000, 0x7fffffff, 0xffffffff,
                                      rand.randrange(len(b)))))
    return bytes(b)


def spoil_bytes(b):
    at = rand.choice((0, end_of(b), len(b), rand.choice(records(b))[0], rand.choice(heads(b))))
    how = rand.randrange(4)
    if how == 0:
        return b[:at] + noise(rand.randrange(1, 40)) + b[at:]
    if how == 1:
        return b[:at] + b[at + rand.randrange(1, 40):]
    if how == 2:
        return b[:at] + rand.choice((b"PK\5\6" + b"\0" * 18, b"PK\6\7" + b"\0" * 16,
                                     b"PK\7\10" + b"\0" * 12)) + b[at:]
    return b + b[rand.randrange(len(b)):] if rand.randrange(2) else b[:at] + b


def raw(name, data, method=0, flags=0, extra=b"", local_extra=None, descriptor=b""):
    """A member by hand: its header with all behind it, and its record without a place."""
    packed = data
    if method == 8:
        c = zlib.compressobj(6, zlib.DEFLATED, -15)
        packed = c.compress(data) + c.flush()
    sums = struct.pack("<III", zlib.crc32(data), len(packed), len(data))
    local = extra if local_extra is None else local_extra
    piped = flags & 8
    head = struct.pack("<IHHHI", 0x04034b50, 20, flags, method, 0x210000)
    head += b"\0" * 12 if piped else sums
    head += struct.pack("<HH", len(name), len(local)) + name + local
    record = struct.pack("<IHHHHI", 0x02014b50, 0x0314, 20, flags, method, 0x210000) + sums
    record += struct.pack("<HHHHHI", len(name), len(extra), 0, 0, 0, 0o100640 << 16)
    return head + packed + (descriptor + sums if piped else b""), record, name + extra


def by_hand(members):
    body, recs = b"", []
    for local, record, rest in members:
        recs.append(record + struct.pack("<I", len(body)) + rest)
        body += local
    end = struct.pack("<IHHHHIIH", 0x06054b50, 0, 0, 0, 0, 0, len(body), 0)
    return with_records(body + end, recs)


def field(kind, data):
    return struct.pack("<HH", kind, len(data)) + data


def crafted():
    """What is meant to look different to two readers."""
    one = raw(b"instance.json", b"{ }")
    n = element(1).encode()
    inside = b"abc" + b"PK\7\10" + struct.pack("<III", zlib.crc32(b"abc"), 3, 3)
    hidden = raw(element(9).encode(), b"evil")[0]
    yield by_hand([one, raw(n, inside + hidden, flags=8, descriptor=b"PK\7\10")])
    yield by_hand([one, raw(n, b"abc", flags=8)])
    for text in (b"\7\3\3\0\0\0\0\xff\xa1", b"\4\0\0\xff\xa1"):
        yield by_hand([one, raw(n, b"/etc/passwd", local_extra=field(0x6c78, text))])
    other = b"\1" + struct.pack("<I", zlib.crc32(n)) + b"data/" + b"9" * (len(n) - 5)
    yield by_hand([one, raw(n, b"x", extra=field(0x7075, other))])
    yield by_hand([one, raw(n, b"x", local_extra=field(0x7075, other))])
    yield by_hand([one, raw(n, b"x", extra=field(1, struct.pack("<QQ", 1, 1)))])
    yield by_hand([one, raw(n, b"x", extra=b"\1\0\0")])
    good = by_hand([one, raw(n, b"x")])
    yield good + by_hand([raw(b"instance.json", b"{\"evil\":1}")])
    yield by_hand([raw(b"instance.json", b"{\"evil\":1}")])[:-22] + good
    comment = by_hand([raw(b"instance.json", b"{\"evil\":1}")])
    yield good[:-2] + struct.pack("<H", len(comment)) + comment


def spoil_tar(b):
    """A header's byte or a block, with the sum made right again."""
    b, how = bytearray(b), rand.randrange(4)
    blocks = [i for i in range(0, len(b), 512) if b[i + 257:i + 262] == b"ustar"]
    at = rand.choice(blocks)
    if how == 0:
        b[at + rand.randrange(512)] = rand.choice((0, 0x20, 0x2f, 0x30, 0x37, 0x41, 0x80, 0xff))
    elif how == 1:
        b[at + 156] = rand.choice(b"0123456789xgLKSMVDNAIXZ\0")
    elif how == 2:
        b[at:at] = b[rand.choice(blocks):][:512]
        at = 0
    else:
        b[at + 124:at + 136] = rand.choice((b"00000000000\0", b"77777777777\0", b"00000001000\0",
                                            b"\x80" + b"\0" * 10 + b"\5", b"-0000000001\0"))
    if rand.randrange(4) > 0:
        head = bytearray(b[at:at + 512])
        head[148:156] = b" " * 8
        b[at + 148:at + 156] = b"%06o\0 " % sum(head)
    return bytes(b)


def spoil_zip(b):
    hands = (spoil_records, spoil_field, spoil_field, spoil_field, spoil_bytes)
    try:
        for _ in range(rand.choice((1, 1, 2))):
            b = rand.choice(hands)(b)
    except (ValueError, IndexError, struct.error):
        pass                            # so that nothing more is found in it
    return b


def spoilt(paths):
    out = []

    def put(name, data):
        path = os.path.join(DIR, name)
        with open(path, "wb") as f:
            f.write(data)
        out.append(path)

    for i, data in enumerate(crafted()):
        put("crafted-%d.zip" % i, data)
    for k, path in enumerate(paths):
        with open(path, "rb") as f:
            base = f.read()
        spoil, ext = (spoil_zip, ".zip") if path.endswith(".zip") else (spoil_tar, ".tar")
        for i in range(SPOILT):
            data = spoil(base)
            if data != base:
                put("spoilt-%d-%d%s" % (k, i, ext), data)
    return out


# --------------------------------------------------------------------- readers

def plain(name):
    return name[2:] if name.startswith("./") else name


def by_lister(mode, paths):
    """{path: sorted members, or None}"""
    out = {}
    for i in range(0, len(paths), BATCH):
        text = subprocess.run([LISTER, mode, *paths[i:i + BATCH]], check=True,
                              capture_output=True).stdout
        for line in text.decode("utf-8", "surrogateescape").split("\n"):
            if line.startswith("file "):
                path, members = line[5:], []
            elif line == "ok":
                out[path] = sorted(members)
            elif line.startswith("bad "):
                out[path] = None
            elif line:
                size, digest, name = line.split(" ", 2)
                members.append((plain(name), int(size), digest))
    if len(out) != len(paths):
        sys.exit("%s: %d of %d files listed" % (mode, len(out), len(paths)))
    return out


def member(name, data):
    return (plain(name), len(data), hashlib.sha256(data).hexdigest())


def by_python(path):
    try:
        with zipfile.ZipFile(path) as z:
            return sorted(member(i.filename, z.read(i)) for i in z.infolist()
                          if not i.is_dir())
    except Exception:                   # of many kinds; each means that it gives up
        return None


def by_program(path):
    """unzip or tar, into a folder of its own."""
    top = os.path.join(DIR, "out")
    shutil.rmtree(top, ignore_errors=True)
    os.makedirs(top)
    args = ["unzip", "-qq", "-o", path]
    if not path.endswith(".zip"):
        args = ["tar", "--no-same-owner", "-xf", path]
    done = subprocess.run(args, cwd=top, capture_output=True, stdin=subprocess.DEVNULL)
    if done.returncode != 0:
        return None
    out = []
    for folder, _, names in os.walk(top):
        for n in names:
            p = os.path.join(folder, n)
            with open(p, "rb") as f:
                data = b"(a link)" if os.path.islink(p) else f.read()
            out.append(member(os.path.relpath(p, top), data))
    return sorted(out)


def faults(paths, must):
    """What we take, and what others see otherwise; with `must` they may not give up either."""
    ours = by_lister("ours", paths)
    taken = [p for p in paths if ours[p] is not None]
    seek, stream = by_lister("seekable", taken), by_lister("streaming", taken)
    bad = []
    for p in taken:
        views = {"libarchive": seek[p], "libarchive, streaming": stream[p],
                 "program": by_program(p)}
        if p.endswith(".zip"):
            views["python"] = by_python(p)
        for who, seen in views.items():
            if seen != ours[p] and (must or seen is not None):
                bad.append("%s: %s sees %s, we %s" % (os.path.basename(p), who, seen, ours[p]))
    return taken, bad


def main():
    all_made = made()
    wanted = sorted(p for p, take in all_made.items() if take)
    taken, bad = faults(sorted(all_made), True)
    bad += ["%s: refused" % os.path.basename(p) for p in wanted if p not in taken]
    bad += ["%s: taken" % os.path.basename(p) for p in taken if not all_made[p]]
    wild = spoilt([os.path.join(DIR, n) for n in BASES])
    wild_taken, more = faults(wild, False)
    bad += more
    bad += ["%s: taken" % p for p in wild_taken if os.path.basename(p).startswith("crafted-")]
    print("%d archives made, %d taken; %d spoilt, %d taken" %
          (len(all_made), len(taken), len(wild), len(wild_taken)))
    for b in bad[:20]:
        print(b[:400])
    # A test that spoils too little, or too much, shows nothing.
    if not len(wild) / 50 < len(wild_taken) < len(wild) / 2:
        bad.append("spoilt and yet taken")
        print("of %d spoilt archives %d are taken" % (len(wild), len(wild_taken)))
    return 1 if bad else 0


sys.exit(main())
