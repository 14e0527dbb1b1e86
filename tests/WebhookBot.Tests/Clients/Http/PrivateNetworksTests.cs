using System.Net;
using CsCheck;
using WebhookBot.Clients.Http;

namespace WebhookBot.Tests.Clients.Http;

public sealed class PrivateNetworksTests
{
    [Theory]
    [InlineData("0.0.0.0"), InlineData("0.255.255.255"), InlineData("10.0.0.0"), InlineData("10.255.255.255")]
    [InlineData("100.64.0.0"), InlineData("100.127.255.255"), InlineData("127.0.0.1"), InlineData("127.255.255.255")]
    [InlineData("169.254.0.0"), InlineData("169.254.169.254"), InlineData("169.254.255.255")]
    [InlineData("172.16.0.0"), InlineData("172.31.255.255")]
    [InlineData("192.0.0.0"), InlineData("192.0.0.255"), InlineData("192.168.0.0"), InlineData("192.168.255.255")]
    [InlineData("198.18.0.0"), InlineData("198.19.255.255"), InlineData("192.0.2.1"), InlineData("198.51.100.1"), InlineData("203.0.113.1")]
    [InlineData("224.0.0.0"), InlineData("239.255.255.255"), InlineData("240.0.0.1"), InlineData("255.255.255.255")]
    [InlineData("::"), InlineData("::1"), InlineData("::7f00:1"), InlineData("fc00::"), InlineData("fdff:ffff::1")]
    [InlineData("fe80::1"), InlineData("fe80::1%1"), InlineData("febf::1"), InlineData("fec0::1"), InlineData("ff02::1")]
    [InlineData("64:ff9b::a00:1"), InlineData("64:ff9b::8.8.8.8"), InlineData("64:ff9b:1::1"), InlineData("::ffff:0:127.0.0.1")]
    [InlineData("2002:7f00:1::"), InlineData("2002:a00:1::1")]
    [InlineData("2001:0:4136:e378:8000:63bf:3fff:fdd2"), InlineData("2001:db8::1")]
    public void Holds_what_is_not_the_public_internet(string address) => Assert.True(PrivateNetworks.Contains(IPAddress.Parse(address)));

    [Theory]
    [InlineData("1.0.0.0"), InlineData("1.1.1.1"), InlineData("8.8.8.8"), InlineData("9.255.255.255"), InlineData("11.0.0.0")]
    [InlineData("100.63.255.255"), InlineData("100.128.0.0"), InlineData("126.255.255.255"), InlineData("128.0.0.0")]
    [InlineData("169.253.255.255"), InlineData("169.255.0.0"), InlineData("172.15.255.255"), InlineData("172.32.0.0")]
    [InlineData("192.0.1.0"), InlineData("192.167.255.255"), InlineData("192.169.0.0")]
    [InlineData("198.17.255.255"), InlineData("198.20.0.0")]
    [InlineData("223.255.255.255"), InlineData("140.82.112.3"), InlineData("2606:4700::1111")]
    [InlineData("2a00:1450::1"), InlineData("2001:4860:4860::8888")]
    public void Leaves_out_what_is_next_to_them(string address) => Assert.False(PrivateNetworks.Contains(IPAddress.Parse(address)));

    [Fact]
    public void Treats_a_mapped_address_as_the_one_it_maps() =>
        Gen.UInt.Sample(bits =>
        {
            var plain = new IPAddress(bits);
            return PrivateNetworks.Contains(plain) == PrivateNetworks.Contains(plain.MapToIPv6());
        });

    [Theory]
    [InlineData("2130706433"), InlineData("0x7f000001"), InlineData("017700000001")]
    [InlineData("127.1"), InlineData("0x7f.0.0.1"), InlineData("0177.0.0.01")]
    public void Holds_loopback_in_every_way_of_writing_it(string host)
    {
        var parsed = new Uri($"https://{host}/").Host;
        Assert.True(PrivateNetworks.Contains(IPAddress.Parse(parsed)));
    }
}
