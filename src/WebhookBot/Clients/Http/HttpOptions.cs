using Microsoft.Extensions.Options;

namespace WebhookBot.Clients.Http;

/// <summary>Settings under <c>Http</c>, for calls to addresses that rule files name.</summary>
public sealed class HttpOptions
{
    /// <summary>The section these are bound from.</summary>
    public const string Section = "Http";

    /// <summary>Lets calls reach loopback and private networks, and use http without TLS.</summary>
    public bool AllowPrivateAddresses { get; set; }

    /// <summary>How long one call may take in all: look-up, connection, request and answer.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(10);
}

/// <summary>Refuses settings that could never work.</summary>
public sealed class HttpOptionsCheck : IValidateOptions<HttpOptions>
{
    public ValidateOptionsResult Validate(string? name, HttpOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var problem = ApiSettings.TimeoutProblem("Http:Timeout", options.Timeout);
        return problem is null ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(problem);
    }
}
