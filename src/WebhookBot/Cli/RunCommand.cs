using System.CommandLine;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Options;
using WebhookBot.Actions;
using WebhookBot.Admin;
using WebhookBot.Intake;
using WebhookBot.Journal;
using WebhookBot.RuleFiles;
using WebhookBot.Rules.Compilation;

namespace WebhookBot.Cli;

/// <summary><c>webhookbot run</c>: the service.</summary>
internal static partial class RunCommand
{
    public static Command Create()
    {
        var rules = new Option<string?>("--rules") { Description = "Folder of rule files (default: rules)" };
        var data = new Option<string?>("--data") { Description = "Folder for everything the bot writes (default: data)" };
        var urls = new Option<string?>("--urls", "--url") { Description = $"Addresses to listen on, separated by ';' (default: {BotHost.DefaultUrl})" };
        var command = new Command("run", "Runs the bot (the default verb)") { rules, data, urls };
        command.SetAction((parsed, cancellation) => RunAsync(Settings(parsed.GetValue(rules), parsed.GetValue(data), parsed.GetValue(urls)), cancellation));
        return command;
    }

    private static Dictionary<string, string?> Settings(string? rules, string? data, string? urls)
    {
        var settings = new Dictionary<string, string?>();
        Add($"{RulesOptions.Section}:Path", rules);
        Add($"{JournalOptions.Section}:Path", data is null ? null : Path.Combine(data, "journal.db"));
        Add(WebHostDefaults.ServerUrlsKey, urls);
        return settings;

        void Add(string key, string? value)
        {
            if (value is not null)
            {
                settings[key] = value;
            }
        }
    }

    private static async Task<int> RunAsync(Dictionary<string, string?> settings, CancellationToken cancellation)
    {
        try
        {
            await using var app = BotHost.Build(settings);
            CheckAddresses(app.Configuration[WebHostDefaults.ServerUrlsKey] ?? "");
            Prepare(app);
            await StartAsync(app, cancellation);
            Announce(app);
            await app.WaitForShutdownAsync(cancellation);
            return 0;
        }
        catch (Exception e) when (IsOfSettings(e))
        {
            var messages = (e is AggregateException several ? several.InnerExceptions : [e]).SelectMany(Messages).Select(WithForm);
            throw new SettingsException($"The bot does not start: {string.Join("\nThe bot does not start: ", messages)}");
        }
    }

    // What is no address Kestrel takes for the name of a host, and listens on all of the machine's addresses.
    private static void CheckAddresses(string addresses)
    {
        foreach (var address in addresses.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            // Kestrel's own words for any address, and a socket's path is no port.
            var plain = address.Replace("://*", "://localhost", StringComparison.Ordinal).Replace("://+", "://localhost", StringComparison.Ordinal);
            if (!plain.Contains("://unix:/", StringComparison.Ordinal) && !(Uri.TryCreate(plain, UriKind.Absolute, out var url) && url.Scheme is "http" or "https"))
            {
                throw new SettingsException($"The bot does not start: it cannot listen on {address}; write an address such as {BotHost.DefaultUrl}");
            }
        }
    }

    private static IEnumerable<string> Messages(Exception e) => e is OptionsValidationException options ? options.Failures : [e.Message];

    // The framework says what is wrong, but not how it is written right.
    private static string WithForm(string message) => Annotation().Match(message) is { Success: true } wrong ? Named(wrong) : WithValueForm(message);

    // By the name that the setting is set by, and not by the one that it has in here.
    private static string Named(Match wrong)
    {
        var (section, member, error) = (wrong.Groups["section"].Value, wrong.Groups["member"].Value, wrong.Groups["error"].Value);
        return error.StartsWith("The ", StringComparison.Ordinal)
            ? error.Replace($"The field {member}", $"{section}:{member}", StringComparison.Ordinal).Replace($"The {member} field", $"{section}:{member}", StringComparison.Ordinal)
            : error;
    }

    [GeneratedRegex(@"^DataAnnotation validation failed for '(?<section>\w+)Options' members: '(?<member>\w+)' with the error: '(?<error>.*)'\.\z", RegexOptions.CultureInvariant)]
    private static partial Regex Annotation();

    private static string WithValueForm(string message) =>
        !message.StartsWith("Failed to convert configuration value", StringComparison.Ordinal) ? message
        : message.Contains("'System.TimeSpan'", StringComparison.Ordinal) ? $"{message} Write a time as days.hours:minutes:seconds, such as 30.00:00:00 or 00:00:05."
        : message.Contains("'System.Boolean'", StringComparison.Ordinal) ? $"{message} Write true or false."
        : message.Contains("'System.Int", StringComparison.Ordinal) ? $"{message} Write a whole number."
        : message;

    private static async Task StartAsync(WebApplication app, CancellationToken cancellation)
    {
        try
        {
            await app.StartAsync(cancellation);
        }
        catch (Exception e) when (e is SocketException or ArgumentException or FormatException)
        {
            throw new SettingsException($"The bot does not start: it cannot listen on {app.Configuration[WebHostDefaults.ServerUrlsKey]}: {e.Message}");
        }
    }

    // What a file, a folder, an address or a value in them can be wrong by.
    private static bool IsOfSettings(Exception e) => e
        is OptionsValidationException or IOException or InvalidDataException or UnauthorizedAccessException or FormatException
        or (InvalidOperationException and not SettingsException)
        || (e is AggregateException several && several.InnerExceptions.All(IsOfSettings));

    /// <summary>Loads the rules and looks the secrets up, before anything is received.</summary>
    /// <exception cref="SettingsException">The rules have errors, or a source has no secret in the Production environment.</exception>
    public static void Prepare(WebApplication app)
    {
        var rules = app.Services.GetRequiredService<RuleSetProvider>();
        rules.Refresh();
        var errors = rules.Status.FailedReload.Where(d => d.Severity == Severity.Error).ToList();
        if (errors.Count > 0)
        {
            throw new SettingsException($"{string.Join('\n', errors)}\nThe bot does not start: the rule files have {Counted.Of(errors.Count, "error")}");
        }

        var registry = app.Services.GetRequiredService<SourceRegistry>();
        var sources = registry.All;
        if (registry.Problem is { } problem)
        {
            throw new SettingsException($"The bot does not start: {problem}");
        }

        // One that stands in a file is read now, and not when the first asks.
        _ = app.Services.GetRequiredService<IOptions<AdminOptions>>().Value;
        rules.Changed += (_, _) => registry.LookUp();
        if (app.Environment.IsProduction() && sources.FirstOrDefault(s => s.LacksSecret) is { } open)
        {
            var names = open.Definition.Secrets.Select(s => s.Name).ToList();
            throw new SettingsException($"The bot does not start: the source {open.Name} has no secret; set {string.Join(" or ", names)} (or {names[0]}_FILE to a file that holds it)");
        }

        if (app.Environment.IsProduction() && sources.FirstOrDefault(s => s.UnusableSecrets.Count > 0 && s.UnusableSecrets.Count == s.Definition.Secrets.Count) is { } closed)
        {
            throw new SettingsException($"The bot does not start: {closed.UnusableSecrets[0]} is no secret of the source {closed.Name}, which would refuse everything; it is {WebhookVerifier.FormOf(closed.Shape)}");
        }
    }

    private static void Announce(WebApplication app)
    {
        var rules = app.Services.GetRequiredService<RuleSetProvider>().Current;
        var url = Reachable(app.Urls.First());
        var data = BotHost.DataFolder(app.Configuration);
        var say = Console.Out;
        say.WriteLine($"WebhookBot {BotHost.Version} is ready on {string.Join(", ", app.Urls)}");
        say.WriteLine($"  rules    {Counted.Of(rules.Rules.Count, "rule")} and {Counted.Of(rules.Sources.Count, "source")} from {app.Services.GetRequiredService<IOptions<RulesOptions>>().Value.Path}, set {rules.Hash}");
        say.WriteLine($"  data     {Path.GetFullPath(data)}");
        foreach (var source in rules.Sources)
        {
            say.WriteLine($"  source   {url}/hooks/{source.Name}");
        }

        if (app.Configuration["Slack:AppToken"] is { Length: > 0 })
        {
            say.WriteLine("  note     Slack:AppToken is set, and Socket Mode is not part of this version: give Slack the address of the source of the preset 'slack'");
        }

        foreach (var action in app.Services.GetServices<IAction>().Where(a => a.MissingSetting is not null))
        {
            say.WriteLine($"  SHADOW   {action.Descriptor.Name} is recorded and not carried out: {action.MissingSetting}");
        }

        if (rules.Sources.Count == 0)
        {
            say.WriteLine("No rule file names a source, so nothing can be received. docs/rules-reference.md begins with one to start from; it is read as soon as it is there.");
        }

        if (rules.Sources.Any(s => s.Preset == "github"))
        {
            say.WriteLine("Send it a signed sample:");
            say.WriteLine($"  {SampleCommand(url, data)}");
        }
    }

    private static readonly string[] Everywhere = ["0.0.0.0", "[::]", "*", "+"];

    /// <summary>An address to send to, for one to listen on: all addresses are this machine's own here.</summary>
    public static string Reachable(string url) =>
        Everywhere.FirstOrDefault(all => url.Contains($"://{all}", StringComparison.Ordinal)) is { } any
            ? url.Replace($"://{any}", "://127.0.0.1", StringComparison.Ordinal)
            : url;

    private static string SampleCommand(string url, string data)
    {
        var program = Environment.ProcessPath is { } path && Path.GetFileNameWithoutExtension(path) != "dotnet"
            ? Shown(path)
            : $"dotnet {Shown(typeof(RunCommand).Assembly.Location)}";
        var to = url == BotHost.DefaultUrl ? "" : $" --to {url}";
        var from = data == "data" ? "" : $" --data {data}";
        return $"{program} send github.pull_request.opened{to}{from}";
    }

    private static string Shown(string path)
    {
        var relative = Path.GetRelativePath(Environment.CurrentDirectory, path);
        return relative.StartsWith("..", StringComparison.Ordinal) ? path : relative;
    }
}
