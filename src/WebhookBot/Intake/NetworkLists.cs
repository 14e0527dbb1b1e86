using System.Net;
using System.Text.Json;
using WebhookBot.Clients;
using WebhookBot.Clients.GitHub;
using Microsoft.Extensions.Options;

namespace WebhookBot.Intake;

/// <summary>
/// Lists of networks that vendors publish, by the names that <c>allow_from</c> takes. GitHub's is read from its API and refreshed; the others
/// stand here with the date they were read.
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

        // https://docs.stripe.com/ips#webhook-ip-addresses, as of 2026-11-23.
        ["stripe"] =
        [
            "3.18.12.63/32", "3.130.192.231/32", "13.235.14.237/32", "13.235.122.149/32", "18.211.135.69/32", "35.154.171.200/32",
            "52.15.183.38/32", "54.88.130.119/32", "54.88.130.237/32", "54.187.174.169/32", "54.187.205.235/32", "54.187.216.72/32",
        ],
    };

    private static readonly Dictionary<string, IPNetwork[]> Parsed = Fixed.ToDictionary(f => f.Key, f => f.Value.Select(IPNetwork.Parse).ToArray(), StringComparer.Ordinal);

    private volatile Meta _meta = new("", []);

    /// <summary>The names that there are.</summary>
    public static IReadOnlyCollection<string> Names { get; } = ["github", .. Fixed.Keys];

    /// <summary>The networks of that list as they are known now; none when they could not be had yet.</summary>
    public IReadOnlyList<IPNetwork> Find(string name) => name == "github" ? _meta.Networks : Parsed.GetValueOrDefault(name) ?? [];

    /// <summary>Has the lists of those names at hand that are fetched.</summary>
    public async ValueTask RefreshAsync(IEnumerable<string> names, CancellationToken cancellation)
    {
        if (!names.Contains("github"))
        {
            return;
        }

        // https://docs.github.com/rest/meta/meta#get-github-meta-information
        var text = await published.FindAsync(new Uri(github.Value.ApiUrl, "meta"), isFresh: false, cancellation);
        if (text is not null && !ReferenceEquals(text, _meta.Text))
        {
            _meta = new Meta(text, Read(text));
        }
    }

    private static IPNetwork[] Read(string text)
    {
        try
        {
            using var meta = JsonDocument.Parse(text);
            return [.. meta.RootElement.TextsAt("hooks").Select(t => IPNetwork.TryParse(t, out var network) ? network : (IPNetwork?)null).OfType<IPNetwork>()];
        }
        catch (JsonException)
        {
            return [];
        }
    }

    private sealed record Meta(string Text, IPNetwork[] Networks);
}
