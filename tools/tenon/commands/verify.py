# SPDX-License-Identifier: Apache-2.0
"""`tnimage verify`: everything that can be checked of an image without running it."""
import json

from tenon import errors

EPILOG = """\
examples:
  tnimage verify app.img && echo good
  tnimage verify app.img --json         {"image": "app.img", "ok": false, "error": "..."}

exit codes: 0 the image is good, 8 it is not
"""


def add(sub):
    """Add the command's parser."""
    parser = sub.add_parser(
        "verify", help="check an image's structure, checksums and digests", epilog=EPILOG,
        description="Check headers, tables, overlaps, the CRC-32 of every segment and the "
        "SHA-256 of every partition, with the code that Mortise checks them with at boot.")
    parser.add_argument("image", metavar="IMG", help="image that 'tnimage build' wrote")
    parser.add_argument("--json", action="store_true", help="print JSON")


def run(args):
    """Check; one line says what was found."""
    from tenon import imagefile
    try:
        image = imagefile.load(args.image)
    except errors.Refusal as refusal:
        if args.json and refusal.code == errors.VERIFY:
            print(json.dumps({"image": args.image, "ok": False, "error": str(refusal)}))
            return refusal.code
        raise
    if args.json:
        print(json.dumps({"image": args.image, "ok": True, "name": image.name,
                          "board": image.board, "partitions": len(image.partitions)}))
    else:
        count = len(image.partitions)
        print(f"{args.image}: good: {image.name} for {image.board}, "
              f"{count} partition{'s' if count != 1 else ''}, {image.file_size} bytes")
    return errors.OK
