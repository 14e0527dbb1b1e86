using WebhookBot.Clients;

namespace WebhookBot.Admin;

/// <summary>Settings under <c>Admin</c>.</summary>
public sealed class AdminOptions
{
    /// <summary>The section these are bound from.</summary>
    public const string Section = "Admin";

    /// <summary>The bearer token of the HTTP API. Without one, only callers on this machine are let in.</summary>
    public Secret? Token { get; set; }
}
