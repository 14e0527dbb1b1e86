using Microsoft.Extensions.Options;

namespace WebhookBot.Clients.Slack;

/// <summary>Settings under <c>Slack</c>.</summary>
public sealed class SlackOptions
{
    /// <summary>The section these are bound from.</summary>
    public const string Section = "Slack";

    /// <summary>Where the Web API's methods lie; for GovSlack <c>https://slack-gov.com/api/</c>.</summary>
    public Uri ApiUrl { get; set; } = new("https://slack.com/api/");

    /// <summary>The bot token, <c>xoxb-…</c>.</summary>
    public Secret? BotToken { get; set; }

    /// <summary>How long one call may take.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>How far apart messages to one channel are, after a few at once; Slack asks for a second. Nothing for no pace.</summary>
    public TimeSpan MessageInterval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Which setting is missing for calls to Slack, or null.</summary>
    public string? MissingSetting() => !Secret.IsSet(BotToken) ? "Slack:BotToken is not set" : null;
}

/// <summary>Refuses settings that could never work, with the fix.</summary>
public sealed class SlackOptionsCheck : IValidateOptions<SlackOptions>
{
    public ValidateOptionsResult Validate(string? name, SlackOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var problem = ApiSettings.Problem("Slack:ApiUrl", options.ApiUrl)
            ?? ApiSettings.TimeoutProblem("Slack:Timeout", options.Timeout)
            ?? (options.MessageInterval < TimeSpan.Zero ? "Slack:MessageInterval must not be negative; 00:00:01 is what Slack asks for" : null)
            ?? TokenProblem(options.BotToken?.Reveal());
        return problem is null ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(problem);
    }

    private static string? TokenProblem(string? token) =>
        token?.StartsWith("xapp-", StringComparison.Ordinal) == true
            ? "Slack:BotToken holds an app-level token (xapp-…); the bot's own begins with xoxb- and stands on the app's page 'OAuth & Permissions'"
        : token is not null && token.Any(c => char.IsControl(c) || char.IsWhiteSpace(c) || c > '~')
            ? "Slack:BotToken holds characters that no token has, such as a blank; copy it again from the app's page 'OAuth & Permissions'"
            : null;
}
