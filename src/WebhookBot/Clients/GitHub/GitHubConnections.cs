using Microsoft.Extensions.Options;
using Octokit;
using Octokit.Internal;

namespace WebhookBot.Clients.GitHub;

/// <summary>Makes Octokit clients that share one HTTP client and the configured address.</summary>
public sealed class GitHubConnections(IHttpMessageHandlerFactory handlers, IOptions<GitHubOptions> options) : IDisposable
{
    /// <summary>The name of the HTTP client, by which a test may replace its primary handler.</summary>
    public const string HttpClientName = "github";

    private readonly Lazy<HttpClientAdapter> _http = new(() =>
    {
        var adapter = new HttpClientAdapter(() => handlers.CreateHandler(HttpClientName));
        adapter.SetRequestTimeout(options.Value.Timeout);
        return adapter;
    });

    /// <summary>A client that sends the given token, a JWT or an installation's.</summary>
    public IGitHubClient Create(string token)
    {
        // Not GitHubClient's other constructors: they add /api/v3 to every host but GitHub's own.
        var connection = new Connection(
            new ProductHeaderValue("WebhookBot"),
            ApiSettings.AsBase(options.Value.ApiUrl),
            new InMemoryCredentialStore(new Credentials(token, AuthenticationType.Bearer)),
            _http.Value,
            new CheckedJsonSerializer());
        return new GitHubClient(connection);
    }

    public void Dispose()
    {
        if (_http.IsValueCreated)
        {
            _http.Value.Dispose();
        }
    }
}
