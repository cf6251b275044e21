"""What somebody would write who wants us to knock on our own doors."""

from __future__ import annotations

SPELLINGS = (
    # this machine
    "http://localhost/", "http://LOCALHOST/", "http://localhost./", "http://a.localhost/",
    "http://localhost.localdomain/", "http://127.0.0.1/", "http://127.0.0.1./",
    "http://127.0.0.2/", "http://127.255.255.254/", "http://0.0.0.0/", "http://0/",
    "http://127.1/", "http://127.0.1/", "http://2130706433/", "http://0x7f000001/",
    "http://0x7f.0.0.1/", "http://0x7f.1/", "http://0177.0.0.1/", "http://017700000001/",
    "http://127.0.0.0x1/", "http://127.0.0.01/", "http://00000177.0.0.1/", "http://0x/",
    "http://127.0.0.1.0x/", "http://[::1]/", "http://[::]/", "http://[0:0:0:0:0:0:0:1]/",
    "http://[::ffff:127.0.0.1]/", "http://[::ffff:7f00:1]/", "http://[::127.0.0.1]/",
    "http://[64:ff9b::127.0.0.1]/", "http://[64:ff9b::7f00:1]/", "http://[2002:7f00:1::]/",
    "http://[::ffff:0:127.0.0.1]/", "http://[2001:0:7f00:1::]/",
    # digits and dots of other scripts
    "http://１２７.０.０.１/", "http://127。0。0。1/", "http://①②⑦.⓪.⓪.①/",  # noqa: RUF001
    "http://ⓛⓞⓒⓐⓛⓗⓞⓢⓣ/", "http://ｌｏｃａｌｈｏｓｔ/", "http://loc\u00adalhost/",  # noqa: RUF001
    "http://localhost\uff0e/", "http://%31%32%37.0.0.1/", "http://127.0.0.1%2eexample.com/",
    # the house
    "http://10.0.0.1/", "http://10.255.255.255/", "http://172.16.0.1/", "http://172.31.255.1/",
    "http://192.168.0.1/", "http://192.168.1.254/", "http://100.64.0.1/", "http://3232235777/",
    "http://0xc0a80101/", "http://192.168.257/", "http://10.1/", "http://[fc00::1]/",
    "http://[fd00::1]/", "http://[fe80::1]/", "http://[fe80::1%25eth0]/", "http://[fe80::1%eth0]/",
    "http://[fec0::1]/", "http://[::ffff:10.0.0.1]/", "http://[::ffff:192.168.0.1]/",
    "http://[64:ff9b::10.0.0.1]/", "http://[64:ff9b:1::10.0.0.1]/", "http://[2002:c0a8:1::1]/",
    # what machines in a cloud ask for their secrets
    "http://169.254.169.254/latest/meta-data/", "http://169.254.170.2/v2/credentials",
    "http://[fd00:ec2::254]/latest/", "http://[::ffff:169.254.169.254]/", "http://2852039166/",
    "http://0xa9fea9fe/", "http://0251.0376.0251.0376/", "http://169.254.43518/",
    "http://metadata.google.internal/", "http://metadata/", "http://instance-data/",
    "http://168.63.129.16/", "http://100.100.100.200/", "http://192.0.0.192/",
    "http://[64:ff9b::169.254.169.254]/",
    # names of nobody's
    "http://intranet/", "http://db/", "http://printer.local/", "http://router.lan/",
    "http://wiki.corp/", "http://nas.home/", "http://x.home.arpa/", "http://postgres.internal/",
    "http://api.svc/", "http://kubernetes.default.svc.cluster.local/", "http://site.test/",
    "http://site.example/", "http://site.invalid/", "http://x.onion/", "http://1.0.0.127.in-addr.arpa/",
    # nobody's, everybody's, documentation
    "http://0.1.2.3/", "http://192.0.2.1/", "http://198.51.100.1/", "http://203.0.113.1/",
    "http://198.18.0.1/", "http://224.0.0.1/", "http://239.255.255.250/", "http://240.0.0.1/",
    "http://255.255.255.255/", "http://192.88.99.1/", "http://[ff02::1]/", "http://[ff0e::1]/",
    "http://[2001:db8::1]/", "http://[3fff::1]/", "http://[100::1]/", "http://[5f00::1]/",
    # other doors of a public house
    "http://example.com:22/", "http://example.com:25/", "http://example.com:6379/",
    "http://example.com:5432/", "http://example.com:8080/", "https://example.com:8443/",
    "http://example.com:0/", "http://example.com:65536/", "http://example.com:-80/",
    "http://example.com:80:80/", "http://example.com:８０８０/",  # noqa: RUF001
    # other protocols, and no address at all
    "ftp://example.com/", "file:///etc/passwd", "gopher://example.com:6379/_FLUSHALL",
    "dict://example.com:11211/", "ldap://example.com/", "javascript:alert(1)",
    "data:text/html,hi", "jar:http://example.com!/", "//example.com/", "example.com", "", " ",
    "http:", "http://", "http:///etc/passwd", "http://.", "http://..", "http://.example.com/",
    "http://-.example.com/", "unix:///var/run/docker.sock", "http+unix://%2Fvar%2Frun/",
    # who reads it how
    "http://you@example.com/", "http://you:secret@example.com/", "http://example.com@127.0.0.1/",
    "http://127.0.0.1@example.com/", "http://example.com\\@127.0.0.1/",
    "http://127.0.0.1\t/", "http://exam ple.com/",
    "http://example.com\r\nHost: localhost/", "http://example.com\x00.localhost/",
    "http://[::1]example.com/", "http://[example.com]/", "http://[127.0.0.1]/",
    "http://" + "a" * 64 + ".com/", "http://" + "a." * 127 + "com/",
    "http://example.com/" + "a" * 2001,
)  # fmt: skip

ADDRESSES = (
    "127.0.0.1", "127.8.8.8", "10.1.2.3", "172.20.0.1", "192.168.3.4", "169.254.169.254",
    "100.64.0.1", "100.127.255.255", "0.0.0.0", "0.8.8.8", "192.0.0.1", "192.0.2.9",
    "192.31.196.1", "192.52.193.1", "192.88.99.1", "192.175.48.1", "198.18.0.1", "198.19.255.1",
    "198.51.100.7", "203.0.113.7", "224.0.0.251", "239.1.2.3", "240.0.0.1", "255.255.255.255",
    "168.63.129.16", "::1", "::", "::7f00:1", "::ffff:8.8.8.8", "::ffff:127.0.0.1", "fe80::1",
    "fe80::1%eth0", "2606:4700::1%eth0", "fc00::1", "fd00:ec2::254", "fec0::1", "ff02::1",
    "64:ff9b::a00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::808:808", "100::1", "100:0:0:1::1",
    "2001::1", "2001:0:4136:e378:8000:63bf:3fff:fdd2", "2001:2::1", "2001:10::1", "2001:20::1",
    "2001:db8::1", "2002:808:808::1", "2002:a00:1::1", "2620:4f:8000::1", "3ffe::1", "3fff::1",
    "5f00::1", "2606:2800:220:1:0:5efe:a00:1", "2606:2800:220:1:200:5efe:7f00:1",
    "", "localhost", "1", "0x7f000001", "127.1", "0177.0.0.1", "8.8.8.8/32", " 8.8.8.8",
)  # fmt: skip
