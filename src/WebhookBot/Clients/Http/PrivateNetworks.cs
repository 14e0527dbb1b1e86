using System.Net;

namespace WebhookBot.Clients.Http;

/// <summary>
/// The addresses that are not the public internet. From the special-purpose registries of IANA:
/// <see href="https://www.iana.org/assignments/iana-ipv4-special-registry"/>,
/// <see href="https://www.iana.org/assignments/iana-ipv6-special-registry"/>.
/// </summary>
public static class PrivateNetworks
{
    private static readonly IPNetwork[] Refused =
    [
        .. new[]
        {
            "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24",
            "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/3",

            // The second line holds forms that carry an IPv4 address inside: compatible, NAT64, Teredo, 6to4.
            "::1/128", "fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8", "100::/64", "2001:db8::/32", "3fff::/20", "5f00::/16",
            "::/96", "::ffff:0:0:0/96", "64:ff9b::/96", "64:ff9b:1::/48", "2001::/32", "2002::/16",
        }.Select(IPNetwork.Parse),
    ];

    /// <summary>Whether an address belongs to this machine, a private network, or no single host at all.</summary>
    public static bool Contains(IPAddress address)
    {
        ArgumentNullException.ThrowIfNull(address);
        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return Array.Exists(Refused, network => network.BaseAddress.AddressFamily == plain.AddressFamily && network.Contains(plain));
    }
}
