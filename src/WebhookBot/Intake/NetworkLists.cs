using System.Net;
using System.Text.Json;
using Microsoft.Extensions.Options;
using WebhookBot.Clients;
using WebhookBot.Clients.GitHub;

namespace WebhookBot.Intake;

/// <summary>
/// Lists of networks that vendors publish, by the names that <c>allow_from</c> takes. Those that are published for programs are read from there
/// and refreshed; the others stand here with the date they were read.
/// </summary>
internal sealed class NetworkLists(PublishedKeys published, IOptions<GitHubOptions> github)
{
    private static readonly Dictionary<string, string[]> Fixed = new(StringComparer.Ordinal)
    {
        // https://docs.gitlab.com/user/gitlab_com/#ip-range, as of 2026-11-23.
        ["gitlab"] = ["34.74.90.64/28", "34.74.226.0/24"],

        // https://linear.app/developers/webhooks, as of 2026-11-23, with those that its documentation names for other calls.
        ["linear"] =
        [
            "34.38.87.206/32", "34.60.255.158/32", "34.62.119.29/32", "34.134.222.122/32", "34.140.253.14/32", "35.196.141.51/32",
            "35.222.25.142/32", "35.231.147.226/32", "35.243.134.228/32",
        ],

        // https://docs.sentry.io/security-legal-pii/security/ip-ranges/, its outbound requests, as of 2026-11-26.
        ["sentry"] =
        [
            "34.141.4.162/32", "34.141.31.19/32", "35.184.238.160/32", "35.234.78.236/32", "104.155.149.19/32", "104.155.159.182/32",
            "130.211.230.102/32",
        ],

        // https://docs.stripe.com/ips#webhook-ip-addresses, as of 2026-11-23.
        ["stripe"] =
        [
            "3.18.12.63/32", "3.130.192.231/32", "13.235.14.237/32", "13.235.122.149/32", "18.211.135.69/32", "35.154.171.200/32",
            "52.15.183.38/32", "54.88.130.119/32", "54.88.130.237/32", "54.187.174.169/32", "54.187.205.235/32", "54.187.216.72/32",
        ],
    };

    private static readonly Dictionary<string, IPNetwork[]> Parsed = Fixed.ToDictionary(f => f.Key, f => f.Value.Select(IPNetwork.Parse).ToArray(), StringComparer.Ordinal);

    // Not before somebody asks: what is wrong with the settings is told at the start, all at once.
    private readonly Lazy<Dictionary<string, FetchedList>> _fetched = new(() => Fetched(github.Value.ApiUrl));

    /// <summary>The names that there are.</summary>
    public static IReadOnlyCollection<string> Names { get; } = [.. Fetched(new GitHubOptions().ApiUrl).Keys, .. Fixed.Keys];

    /// <summary>The networks of that list as they are known now; none when they could not be had yet.</summary>
    public IReadOnlyList<IPNetwork> Find(string name) => _fetched.Value.TryGetValue(name, out var list) ? list.Networks : Parsed.GetValueOrDefault(name) ?? [];

    /// <summary>Has the lists of those names at hand that are fetched.</summary>
    public async ValueTask RefreshAsync(IReadOnlyCollection<string> names, CancellationToken cancellation)
    {
        foreach (var name in names)
        {
            if (_fetched.Value.TryGetValue(name, out var list))
            {
                list.Take(await Task.WhenAll(list.Addresses.Select(a => published.FindAsync(a, isFresh: false, cancellation).AsTask())));
            }
        }
    }

    /// <summary>A network, or an address as the network of itself; null when it is neither.</summary>
    public static IPNetwork? Network(string text) =>
        IPNetwork.TryParse(text, out var network) ? network
        : IPAddress.TryParse(text, out var address) ? new IPNetwork(address, address.GetAddressBytes().Length * 8)
        : null;

    private static Dictionary<string, FetchedList> Fetched(Uri gitHub)
    {
        FetchedList Atlassian(string product) => new(list => Egress(list, product), "https://ip-ranges.atlassian.com/");
        return new(StringComparer.Ordinal)
        {
            // https://docs.github.com/rest/meta/meta#get-github-meta-information
            ["github"] = new(meta => meta.TextsAt("hooks"), new Uri(gitHub, "meta").AbsoluteUri),

            // https://jira.atlassian.com/browse/ACCESS-1771, as of 2026-11-26.
            ["bitbucket"] = Atlassian("bitbucket"),
            ["jira"] = Atlassian("jira"),
            ["statuspage"] = Atlassian("statuspage"),

            // https://buildkite.com/docs/apis/rest-api/meta, as of 2026-11-26.
            ["buildkite"] = new(meta => meta.TextsAt("webhook_ips"), "https://api.buildkite.com/v2/meta"),

            // https://docs.datadoghq.com/api/latest/ip-ranges/, as of 2026-11-26: one address for each of its sites.
            ["datadog"] = new(
                ranges => [.. ranges.TextsAt("webhooks", "prefixes_ipv4"), .. ranges.TextsAt("webhooks", "prefixes_ipv6")],
                "https://ip-ranges.datadoghq.com/", "https://ip-ranges.us3.datadoghq.com/", "https://ip-ranges.us5.datadoghq.com/", "https://ip-ranges.datadoghq.eu/",
                "https://ip-ranges.ap1.datadoghq.com/", "https://ip-ranges.ap2.datadoghq.com/", "https://ip-ranges.uk1.datadoghq.com/"),

            // https://developer.pagerduty.com/docs/webhook-ips, as of 2026-11-26.
            ["pagerduty"] = new(
                list => list.TextsAt(),
                "https://developer.pagerduty.com/ip-safelists/webhooks-us-service-region-json", "https://developer.pagerduty.com/ip-safelists/webhooks-eu-service-region-json"),

            // https://developer.hashicorp.com/terraform/cloud-docs/api-docs/ip-ranges, as of 2026-11-26.
            ["terraform"] = new(ranges => ranges.TextsAt("notifications"), "https://app.terraform.io/api/meta/ip-ranges"),
        };
    }

    // Atlassian lists the networks of all its products, those that it answers from among them.
    private static IEnumerable<string> Egress(JsonElement list, string product) =>
        list.At("items") is { ValueKind: JsonValueKind.Array } items
            ? items.EnumerateArray().Where(i => i.TextsAt("product").Contains(product) && i.TextsAt("direction").Contains("egress")).SelectMany(i => i.TextsAt("cidr"))
            : [];

    /// <summary>A list that is published as JSON, at one address or at several that count together.</summary>
    private sealed class FetchedList(Func<JsonElement, IEnumerable<string>> read, params string[] addresses)
    {
        private volatile string?[] _texts = new string?[addresses.Length];

        public IReadOnlyList<Uri> Addresses { get; } = [.. addresses.Select(a => new Uri(a))];

        public IPNetwork[] Networks { get; private set; } = [];

        // What has not changed is not read again.
        public void Take(string?[] texts)
        {
            if (!texts.AsSpan().SequenceEqual(_texts, ReferenceEqualityComparer.Instance))
            {
                Networks = [.. texts.OfType<string>().SelectMany(Read)];
                _texts = texts;
            }
        }

        private IPNetwork[] Read(string text)
        {
            try
            {
                return [.. read(JsonElement.Parse(text)).Select(Network).OfType<IPNetwork>()];
            }
            catch (JsonException)
            {
                return [];
            }
        }
    }
}
